// One customer's matter on this page: what is asked, who is talking, how the line stands, and what may be done about it.
//
// What holds: a message is shown once, in its place; what was said stays on the page until it is known to be stored; a session
// that was suspended here is not brought back unasked. What is not here: how any of it looks.

import { Link, Refused, type Standing, uuid } from "$lib/ws";
import type { ClientFrame, Hello, Resume, ServerFrame, View } from "$lib/wire/chat";
import type { Handle, HandleKind, Line, Matter as Listed, Message, Refusal, StepInput } from "$lib/wire/type";
import { Shelf, type Unsent } from "./shelf";

/** What makes the page the firm's own. */
export interface House {
  /** By which right the page comes in; asked again for each socket. */
  credential: () => Promise<Pick<Hello, "ticket" | "token" | "widget">>;
  /** As what it comes: an app of the firm's, or a chat on its site. */
  channel: "CHANNEL_APP" | "CHANNEL_CHAT";
  /** The language of the page (BCP 47). */
  language: string;
  /** What this page keeps, it keeps under names that begin so. */
  shelf: string;
}

/** By which right a session is come back into. */
export type By = Resume;

/** The session goes on somewhere else, and what would bring it here. */
export interface Elsewhere {
  by: By;
  /** `app`, `chat`, `voice` …, where it is known. */
  channel: string | undefined;
}

type Ack = NonNullable<ServerFrame["ack"]>;

export class Matter {
  /** How the connection stands. */
  standing: Standing = { is: "connecting" };
  /** Whether there was a connection at all on this page. */
  reached = false;
  /** How the session stands and what is asked; absent where there is none, or nothing is known yet. */
  view: View | undefined;
  line: Line | undefined;
  messages: Message[] = [];
  /** What was said and is not yet in `messages`. */
  unsent: Unsent[];
  /** The agent who types. */
  typing: string | undefined;
  delivered = 0;
  read = 0;
  /** Ways back that were given out on this page, shown while they hold. */
  ways: Handle[] = [];
  /** The open matters of who is signed in; absent until they were listed. */
  matters: Listed[] | undefined;
  elsewhere: Elsewhere | undefined;
  /** The last refusal, until the next thing is done. */
  refusal: Refusal | undefined;
  /** Whether something was asked for that is not answered yet. */
  asking = false;

  #house: House;
  #shelf: Shelf;
  #link: Link<ClientFrame, ServerFrame>;
  #changed: () => void;
  #typed = 0;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #pen: ReturnType<typeof setTimeout> | undefined;
  #shown = 0;
  #looking = true;

  constructor(house: House, changed: () => void, anew = false) {
    this.#house = house;
    this.#changed = changed;
    this.#shelf = new Shelf(house.shelf);
    if (anew) this.#shelf.at = undefined;
    this.unsent = this.#shelf.unsent;
    this.#link = new Link<ClientFrame, ServerFrame>({
      path: "/v1/chat",
      name: "segue.chat.v1.json",
      hello: async () => ({ hello: await this.#hello() }),
      heard: (frame) => this.#heard(frame),
      stands: (standing) => {
        this.standing = standing;
        if (standing.is !== "open") this.typing = undefined;
        this.reached ||= standing.is === "open";
        this.#changed();
      },
    });
    for (const one of this.unsent) void this.#store(one);
  }

  /** Whether this page is in a session, or is coming back into one. */
  get inside(): boolean {
    return this.#shelf.at !== undefined;
  }

  /** Whether the session was suspended on this page. */
  get paused(): boolean {
    return this.#shelf.at?.paused === true;
  }

  /** The server's clock. */
  now(): number {
    return this.#link.now();
  }

  /** Tries to connect at once. */
  again(): void {
    this.#link.again();
  }

  /** Begins a session with a journey, or plainly. */
  start(journey?: string): Promise<boolean> {
    return this.#ask({ start: journey ? { journey } : {} });
  }

  /** Begins a plain session, and asks for a person in it. */
  async talk(callbackNumber?: string): Promise<boolean> {
    return (await this.start()) && this.person(callbackNumber);
  }

  /** Comes back into a suspended session. Where it is live, what is known of it is told in `elsewhere`. */
  async resume(by: By): Promise<boolean> {
    if (!(await this.#free())) return false;
    const resumed = await this.#ask({ resume: by });
    if (!resumed && this.refusal?.reason === "ALREADY_RESUMED") {
      this.elsewhere = { by, channel: this.refusal.metadata?.channel };
      this.refusal = undefined;
      this.#changed();
    }
    return resumed;
  }

  /** Goes on here with what is live elsewhere: alone, or beside it. */
  async bring(moveHere: boolean): Promise<void> {
    const by = this.elsewhere?.by;
    if (!by) return;
    if (!(await this.#ask({ attach: { ...by, moveHere } })) && this.refusal?.reason === "SESSION_SUSPENDED") {
      await this.#ask({ resume: by });
    }
  }

  /** Back into what was suspended on this page. */
  async goOn(): Promise<void> {
    const at = this.#shelf.at;
    if (!at) return;
    const link = this.ways.find((way) => way.kind === "HANDLE_KIND_LINK")?.value;
    if (link && (await this.#ask({ resume: { linkToken: link } }))) return;
    if (this.refusal?.reason === "ALREADY_RESUMED") {
      this.elsewhere = { by: { sessionId: at.session }, channel: this.refusal.metadata?.channel };
      this.refusal = undefined;
      this.#changed();
      return;
    }
    // The same leg again: for a visitor whom nobody knows, and for who is still signed in.
    this.refusal = undefined;
    this.#shelf.at = { session: at.session, leg: at.leg };
    this.#link.restart();
  }

  step(input: StepInput): Promise<boolean> {
    return this.#ask({ step: input });
  }

  person(callbackNumber?: string): Promise<boolean> {
    return this.#ask({ askForPerson: callbackNumber ? { callbackNumber } : {} });
  }

  leaveLine(): Promise<boolean> {
    return this.#ask({ leaveLine: {} });
  }

  /** Ends the session on purpose. */
  close(): Promise<boolean> {
    return this.#ask({ close: {} });
  }

  /** Stops here; the ways back come with the answer. */
  suspend(): Promise<boolean> {
    return this.#ask({ suspend: { handleKinds: ["HANDLE_KIND_LINK", "HANDLE_KIND_CODE"] } });
  }

  /** Ways back without stopping. */
  async giveWays(): Promise<void> {
    if (this.ways.length) return;
    await this.#ask({ createHandle: { kind: "HANDLE_KIND_LINK" } });
    await this.#ask({ createHandle: { kind: "HANDLE_KIND_CODE" } });
  }

  /** A way back of a kind, where one was given. */
  way(kind: HandleKind): Handle | undefined {
    return this.ways.find((way) => way.kind === kind);
  }

  async list(): Promise<void> {
    await this.#ask({ listMatters: {} });
  }

  /** Signs a visitor in. */
  signIn(token: string): Promise<boolean> {
    return this.#ask({ refresh: { token } });
  }

  say(text: string): void {
    const one = { id: uuid(), text, since: Date.now() };
    this.unsent = [...this.unsent, one];
    this.#shelf.unsent = this.unsent;
    this.hush();
    void this.#store(one);
    this.#changed();
  }

  /** Somebody is typing: told now and then, and taken back after a pause. */
  types(): void {
    if (Date.now() - this.#typed > 3_000) {
      this.#typed = Date.now();
      this.#link.tell({ typing: { on: true } });
    }
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.hush(), 5_000);
  }

  hush = (): void => {
    clearTimeout(this.#quiet);
    if (this.#typed) this.#link.tell({ typing: {} });
    this.#typed = 0;
  };

  /** Whether somebody looks at this page. */
  look(looking: boolean): void {
    this.#looking = looking;
    this.seen();
  }

  /** What is there has been seen, where somebody looks. */
  seen(): void {
    if (!this.#looking) return;
    const last = this.messages.findLast((message) => message.speaker?.agent)?.sequence;
    if (!last || Number(last) <= this.#shown) return;
    this.#shown = Number(last);
    this.#link.tell({ read: { upTo: last } });
    this.#changed();
  }

  /** Messages of others that were not seen. */
  get unseen(): number {
    return this.messages.filter((one) => one.speaker?.agent && Number(one.sequence) > this.#shown).length;
  }

  /** Back to the beginning: this page leaves the session, which others may go on with. */
  async home(): Promise<void> {
    if (await this.#free()) this.#forget();
    this.#changed();
  }

  /** Says no to what is live elsewhere. */
  stay(): void {
    this.#forget();
    this.#changed();
  }

  /** Leaves the session this page is in, where it is a leg of one. */
  async #free(): Promise<boolean> {
    const live = this.view?.session?.standing?.active && !this.elsewhere;
    return !live || (await this.#ask({ leave: {} }));
  }

  async #hello(): Promise<Hello> {
    const { credential, channel, language } = this.#house;
    const at = this.#shelf.at;
    const here = this.view?.session;
    const hello: Hello = { protocol: 1, device: this.#shelf.device, language, channel, ...(await credential()) };
    if (!at || at.paused || this.elsewhere) return hello;
    return {
      ...hello,
      resume: {
        sessionId: at.session,
        legId: at.leg,
        lastMessage: this.messages.at(-1)?.sequence ?? "0",
        version: here?.version ?? "0",
        routingVersion: here?.routingVersion ?? "0",
      },
    };
  }

  #heard(frame: ServerFrame): void {
    const { welcome, ack, error, view, line, message, typing, receipt } = frame;
    if (welcome?.device) this.#shelf.device = welcome.device;
    if (welcome?.notResumed) this.#notBack(welcome.notResumed);
    if (welcome && !welcome.notResumed) this.refusal = undefined;
    if (ack) this.#done(ack);
    if (error?.refusal && !error.id) this.#notBack(error.refusal);
    if (view) this.#see(view);
    if (line) this.line = line.line;
    if (message) this.#said(message);
    if (typing) this.#agentTypes(typing.on ? typing.agent : undefined);
    if (receipt?.kind === "RECEIPT_KIND_READ") this.read = Math.max(this.read, Number(receipt.upTo));
    if (receipt) this.delivered = Math.max(this.delivered, Number(receipt.upTo));
    this.#changed();
  }

  /** An agent types. That it stopped may be missed: after a while it is taken as said. */
  #agentTypes(agent: string | undefined): void {
    clearTimeout(this.#pen);
    this.typing = agent;
    if (agent) this.#pen = setTimeout(() => this.#heard({ typing: {} }), 30_000);
  }

  #done({ attached, handles, matters }: Ack): void {
    if (attached?.sessionId && attached.legId) {
      // Come back into the same session, all of it is told anew.
      this.#forget();
      this.#shelf.at = { session: attached.sessionId, leg: attached.legId };
    }
    if (handles?.handles) {
      const fresh = handles.handles;
      this.ways = [...this.ways.filter((old) => fresh.every(({ kind }) => kind !== old.kind)), ...fresh];
    }
    if (matters) this.matters = matters.matters ?? [];
  }

  #see(view: View): void {
    this.view = view;
    this.line = view.session?.line;
    const at = this.#shelf.at;
    const standing = view.session?.standing;
    if (at && standing?.suspended && !at.paused) this.#shelf.at = { ...at, paused: true };
    if (standing?.closed || standing?.expired) this.#shelf.at = undefined;
  }

  #said(message: Message): void {
    if (Number(message.sequence) <= Number(this.messages.at(-1)?.sequence ?? 0)) return;
    this.messages = [...this.messages, message];
    this.#stored(message.messageId);
    if (message.speaker?.agent) this.typing = undefined;
  }

  /** The session could not be come back into, or is not this page's any more. */
  #notBack(refusal: Refusal): void {
    const session = this.#shelf.at?.session;
    if (refusal.reason === "ALREADY_RESUMED" && session) {
      this.elsewhere = { by: { sessionId: session }, channel: refusal.metadata?.channel };
      return;
    }
    if (!["NOT_FOUND", "SESSION_CLOSED", "SESSION_EXPIRED", "ASSURANCE_TOO_LOW"].includes(refusal.reason ?? "")) return;
    this.#forget();
    if (refusal.reason !== "NOT_FOUND") this.refusal = refusal;
  }

  #forget(): void {
    this.#shelf.at = undefined;
    [this.view, this.line, this.typing, this.elsewhere] = [undefined, undefined, undefined, undefined];
    [this.messages, this.ways, this.matters] = [[], [], undefined];
    [this.delivered, this.read, this.#shown] = [0, 0, 0];
  }

  async #ask(frame: ClientFrame): Promise<boolean> {
    this.asking = true;
    this.refusal = undefined;
    this.#changed();
    try {
      await this.#link.command(frame);
      return true;
    } catch (why) {
      if (!(why instanceof Refused)) throw why;
      // Where the journey has moved on by itself, the view that comes says all there is to say.
      if (why.reason !== "WRONG_STEP" && why.reason !== "VERSION_CONFLICT") this.refusal = why.refusal;
      return false;
    } finally {
      this.asking = false;
      this.#changed();
    }
  }

  async #store(one: Unsent): Promise<void> {
    try {
      await this.#link.command({ id: one.id, say: { body: { text: { text: one.text } } } }, one.since);
    } catch (why) {
      if (!(why instanceof Refused)) throw why;
      this.refusal = why.refusal;
      this.#stored(one.id);
      this.#changed();
    }
  }

  #stored(id: string | undefined): void {
    if (!this.unsent.some((one) => one.id === id)) return;
    this.unsent = this.unsent.filter((one) => one.id !== id);
    this.#shelf.unsent = this.unsent;
  }
}
