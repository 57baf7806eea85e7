// One small client of the socket protocols (docs/protocol/websocket.md), for desk and chat alike.
//
// What holds: a command is kept until it is answered, and goes out again as it was after a lost socket or a reload, so that
// nothing is lost and nothing is done twice; answers come to whoever asked. What is too old to be known to the server as a
// repeat is not sent again, and whoever asked is told. What is not here: what frames mean.

import type { Refusal } from "./wire/type";

/** What every frame that is sent may carry. */
interface Sent {
  id?: string;
}

/** What this client reads of every frame that comes. */
interface Come {
  welcome?: { time?: string };
  ack?: { id?: string };
  error?: { id?: string; refusal?: Refusal };
  move?: { reconnectAfterMs?: string };
  pong?: { time?: string };
}

/** How the socket stands. */
export type Standing =
  | { is: "connecting" }
  | { is: "open" }
  /** Lost; the next try is at `until` (milliseconds since the epoch). */
  | { is: "lost"; until: number }
  /** Over; the page must do something before it can come back. */
  | { is: "over"; code: number };

/** What a protocol is, to this client. */
export interface Protocol<Out extends Sent, In extends Come> {
  /** The path of the socket, from the origin. */
  path: string;
  /** The subprotocol. */
  name: string;
  /** The first frame, made anew for every socket. Throws `Refused` where the page is not let in. */
  hello: () => Promise<Out>;
  /** A frame came. Acks and errors of commands too, before their promises settle. */
  heard: (frame: In) => void;
  /** The socket stands differently. */
  stands: (standing: Standing) => void;
  /** Under which key of this tab's storage unanswered commands outlive a reload. */
  keep?: string;
}

/** A command was refused; nothing has changed. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message ?? "refused");
  }
  get reason(): string {
    return this.refusal.reason ?? "UNKNOWN";
  }
}

interface Pending<In> {
  text: string;
  /** When it was asked, in milliseconds since the epoch by this machine's clock. */
  since: number;
  done: (answer: NonNullable<In extends { ack?: infer A } ? A : never>) => void;
  refused: (why: Refused) => void;
}

/** After these closes nobody comes back by themselves. */
const FOR_GOOD = new Set([1000, 1002, 1003, 1007, 1009, 4001, 4002, 4003, 4004, 4005, 4007, 4010, 4012]);
/** What the page itself says where it may not come in. */
export const NOT_LET_IN = 4003;
/** For so long a repeat is surely known as one: the server keeps what it answered for ten minutes (docs/reference/durability.md). */
const REPEATED_WITHIN = 9 * 60_000;
const PING_EVERY = 20_000;
const PONG_WITHIN = 10_000;
const FIRST_DELAY = 400;
const LONGEST_DELAY = 15_000;

/** A UUID (version 4). `crypto.randomUUID` is missing on pages without TLS. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Link<Out extends Sent, In extends Come> {
  #protocol: Protocol<Out, In>;
  #socket: WebSocket | undefined;
  #standing: Standing = { is: "connecting" };
  #pending = new Map<string, Pending<In>>();
  #tries = 0;
  #come: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #moveAfter: number | undefined;
  #ahead = 0;

  constructor(protocol: Protocol<Out, In>) {
    this.#protocol = protocol;
    for (const [id, text, since] of this.#kept()) this.#pending.set(id, { text, since, done: () => {}, refused: () => {} });
    addEventListener("online", () => this.#standing.is === "lost" && this.#connect());
    addEventListener("offline", () => this.#socket?.close());
    void this.#connect();
  }

  /** The server's clock, in milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Sends a command, and again after a lost socket, until it is answered. `since`: when it was first asked. */
  command(frame: Out, since = Date.now()): Promise<NonNullable<In extends { ack?: infer A } ? A : never>> {
    const id = frame.id ?? uuid();
    const text = JSON.stringify({ ...frame, id });
    return new Promise((done, refused) => {
      this.#pending.set(id, { text, since, done, refused });
      this.#keep();
      if (this.#standing.is === "open") this.#socket?.send(text);
    });
  }

  /** Says something that is not answered, and means nothing later: lost where there is no socket. */
  tell(frame: Out): void {
    if (this.#standing.is === "open") this.#socket?.send(JSON.stringify(frame));
  }

  /** How many commands are not answered yet. */
  get unanswered(): number {
    return this.#pending.size;
  }

  /** Comes back at once, after a close for good too. */
  again(): void {
    if (this.#standing.is === "open" || this.#standing.is === "connecting") return;
    this.#tries = 0;
    void this.#connect();
  }

  /** Says hello anew, over another socket. */
  restart(): void {
    const old = this.#socket;
    this.#lost(4000);
    this.again();
    old?.close(1000);
  }

  /** Closes for good. */
  close(): void {
    this.#stand({ is: "over", code: 1000 });
    this.#socket?.close(1000);
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#come);
    this.#stand({ is: "connecting" });
    let hello: Out;
    try {
      hello = await this.#protocol.hello();
    } catch (why) {
      if (why instanceof Refused) this.#stand({ is: "over", code: NOT_LET_IN });
      else this.#later();
      return;
    }
    const at = new URL(this.#protocol.path, location.href);
    at.protocol = at.protocol.replace("http", "ws");
    const socket = new WebSocket(at, this.#protocol.name);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(hello));
    socket.onmessage = (event: MessageEvent<string>) => socket === this.#socket && this.#hear(event.data);
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
  }

  #hear(text: string): void {
    const frame = JSON.parse(text) as In;
    clearTimeout(this.#silence);
    this.#silence = undefined;
    const time = frame.welcome?.time ?? frame.pong?.time;
    if (time) this.#ahead = Date.parse(time) - Date.now();
    if (frame.move) this.#moveAfter = Number(frame.move.reconnectAfterMs ?? 0);
    if (frame.welcome) this.#welcome();
    this.#protocol.heard(frame);
    const id = frame.ack?.id ?? frame.error?.id;
    const asked = id ? this.#pending.get(id) : undefined;
    if (!id || !asked) return;
    this.#pending.delete(id);
    this.#keep();
    if (frame.error) asked.refused(new Refused(frame.error.refusal ?? {}));
    else asked.done(frame.ack as NonNullable<In extends { ack?: infer A } ? A : never>);
  }

  #welcome(): void {
    this.#tries = 0;
    this.#stand({ is: "open" });
    for (const [id, asked] of this.#pending) {
      if (Date.now() - asked.since < REPEATED_WITHIN) this.#socket?.send(asked.text);
      else this.#tooOld(id, asked);
    }
    this.#ping = setInterval(() => {
      this.#socket?.send(JSON.stringify({ ping: {} }));
      this.#silence ??= setTimeout(() => this.#socket?.close(), PONG_WITHIN);
    }, PING_EVERY);
  }

  /** Nobody knows whether it was done: whoever asked looks how it stands, and asks anew. */
  #tooOld(id: string, asked: Pending<In>): void {
    this.#pending.delete(id);
    this.#keep();
    asked.refused(new Refused({ reason: "UNAVAILABLE", message: "the connection was lost for too long to know whether this was done" }));
  }

  #lost(code: number): void {
    clearInterval(this.#ping);
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#socket = undefined;
    if (this.#standing.is === "over") return;
    if (FOR_GOOD.has(code)) this.#stand({ is: "over", code });
    else this.#later();
  }

  #later(): void {
    const grown = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#tries++);
    // Half of it by chance, so that not all come back at once after a restart.
    const delay = this.#moveAfter ?? grown / 2 + (Math.random() * grown) / 2;
    this.#moveAfter = undefined;
    this.#stand({ is: "lost", until: Date.now() + delay });
    this.#come = setTimeout(() => void this.#connect(), delay);
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.#protocol.stands(standing);
  }

  #kept(): [string, string, number][] {
    const text = this.#protocol.keep && sessionStorage.getItem(this.#protocol.keep);
    return text ? (JSON.parse(text) as [string, string, number][]) : [];
  }

  #keep(): void {
    if (!this.#protocol.keep) return;
    const all = Array.from(this.#pending, ([id, { text, since }]) => [id, text, since]);
    sessionStorage.setItem(this.#protocol.keep, JSON.stringify(all));
  }
}
