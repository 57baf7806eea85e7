// What an agent's desk knows: the entries of the outbox, applied in order, each once.
//
// What holds: the house is the truth; a snapshot replaces everything; what an agent has typed survives a reload. What is not
// here: how anything looks.

import { SvelteMap } from "svelte/reactivity";
import { signInByLink, ticket } from "$lib/login";
import { Link, NOT_LET_IN, Refused, uuid, type Standing } from "$lib/ws";
import { ms } from "$lib/time";
import type {
  Ack,
  AgentStanding,
  Assignment,
  ClientFrame,
  Directory,
  Entry,
  Offer,
  Outcome,
  ScreenPop,
  ServerFrame,
  Snapshot,
} from "$lib/wire/desk";
import type { Message, MessageBody } from "$lib/wire/type";
import { reason, say } from "./words";

/** A message on its way. */
export interface Sending {
  id: string;
  body: MessageBody;
  time: number;
}

/** One interaction that the agent has, until its wrap-up is over. */
export class Held {
  readonly interaction: string;
  pop = $state.raw<ScreenPop>({});
  messages = $state.raw<Message[]>([]);
  sending = $state.raw<Sending[]>([]);
  typing = $state("");
  delivered = $state(0);
  read = $state(0);
  seen = $state(0);
  left = $state<Outcome>();
  wrapUp = $state.raw<{ until: number; codeRequired: boolean }>();
  reply = $state("");
  note = $state("");
  code = $state("");

  constructor(interaction: string, pop: ScreenPop) {
    this.interaction = interaction;
    this.pop = pop;
    const kept = JSON.parse(sessionStorage.getItem(`draft:${interaction}`) ?? "{}") as { reply?: string; note?: string; code?: string };
    this.reply = kept.reply ?? "";
    this.note = kept.note ?? "";
    this.code = kept.code ?? "";
  }

  get session(): string {
    return this.pop.sessionId ?? "";
  }

  /** Keeps what is typed over a reload. */
  keep(): void {
    const { reply, note, code } = this;
    sessionStorage.setItem(`draft:${this.interaction}`, JSON.stringify({ reply, note, code }));
  }

  forget(): void {
    sessionStorage.removeItem(`draft:${this.interaction}`);
  }

  /** Takes messages in, each once, in the order of the transcript. */
  take(more: readonly Message[]): void {
    const known = new Set(this.messages.map((message) => message.sequence));
    const fresh = more.filter((message) => !known.has(message.sequence));
    if (fresh.length === 0) return;
    this.messages = [...this.messages, ...fresh].sort((a, b) => Number(a.sequence) - Number(b.sequence));
    const ids = new Set(fresh.map((message) => message.messageId));
    this.sending = this.sending.filter((one) => !ids.has(one.id));
  }

  get last(): number {
    return Number(this.messages.at(-1)?.sequence ?? 0);
  }

  /** Messages of the customer that the agent has not seen. */
  get unread(): number {
    return this.messages.filter((message) => Number(message.sequence) > this.seen && message.speaker?.customer).length;
  }

  /** Since when the customer waits for a word; 0 where they do not. */
  get waitingSince(): number {
    let since = 0;
    for (const { speaker, time } of this.messages) {
      if (speaker?.agent) since = 0;
      else if (speaker?.customer && !since) since = ms(time);
    }
    return since;
  }
}

/** A word to the agent that goes away by itself. */
export interface Told {
  id: number;
  text: string;
  bad: boolean;
}

export class Desk {
  standing = $state.raw<Standing>({ is: "connecting" });
  agent = $state.raw<AgentStanding>({});
  name = $state("");
  directory = $state.raw<Directory>({});
  offers = new SvelteMap<string, Offer>();
  held = new SvelteMap<string, Held>();
  /** Which is on the screen: an interaction of one that is held or offered. */
  chosen = $state("");
  /** Whether anything was ever shown: until then there is nothing to keep on the screen. */
  begun = $state(false);
  told = $state.raw<Told[]>([]);
  badLink = $state(false);
  /** The server's clock, each second. */
  now = $state(Date.now());
  #clock = $state(Date.now());
  #link: Link<ClientFrame, ServerFrame>;
  #epoch = "0";
  #sequence = "0";
  #said = 0;
  #tab = uuid();
  #linked = false;

  constructor() {
    this.#link = new Link<ClientFrame, ServerFrame>({
      path: "/v1/desk",
      name: "segue.desk.v1.json",
      keep: "desk:unanswered",
      hello: () => this.#hello(),
      heard: (frame) => this.#hear(frame),
      stands: (standing) => {
        this.standing = standing;
      },
    });
    setInterval(() => {
      this.now = this.#link.now();
      this.#clock = Date.now();
    }, 1000);
  }

  async #hello(): Promise<ClientFrame> {
    if (!this.#linked) {
      this.#linked = true;
      await signInByLink().catch((why: unknown) => {
        if (!(why instanceof Refused)) throw why;
        this.badLink = true;
      });
    }
    const resume = this.begun ? { resume: { epoch: this.#epoch, sequence: this.#sequence } } : {};
    return { hello: { protocol: 1, ticket: await ticket("agent"), tab: this.#tab, ...resume } };
  }

  /** Does something, and says so where it was refused. */
  async ask(frame: ClientFrame): Promise<Ack | undefined> {
    try {
      return await this.#link.command(frame);
    } catch (why) {
      if (!(why instanceof Refused)) throw why;
      this.tell(say("refused", { why: reason(why.reason, why.message) }), true);
      return undefined;
    }
  }

  again(): void {
    this.#link.again();
  }

  /** Seconds until the next try, where the connection is lost. */
  get retryIn(): number {
    return this.standing.is === "lost" ? Math.max(0, Math.ceil((this.standing.until - this.#clock) / 1000)) : 0;
  }

  tell(text: string, bad = false): void {
    const id = ++this.#said;
    this.told = [...this.told, { id, text, bad }];
    setTimeout(() => this.hush(id), bad ? 12_000 : 5_000);
  }

  hush(id: number): void {
    this.told = this.told.filter((one) => one.id !== id);
  }

  // Offers and interactions

  accept(offer: Offer): Promise<Ack | undefined> {
    this.chosen = offer.interactionId ?? "";
    return this.ask({ accept: { offerId: offer.offerId! } });
  }

  decline(offer: Offer, why = ""): Promise<Ack | undefined> {
    return this.ask({ decline: { offerId: offer.offerId!, reason: why } });
  }

  async write(held: Held, body: MessageBody): Promise<void> {
    const id = uuid();
    held.sending = [...held.sending, { id, body, time: this.now }];
    const ack = await this.ask({ id, say: { sessionId: held.session, body } });
    if (!ack) {
      held.sending = held.sending.filter((one) => one.id !== id);
      if (body.text?.text && !held.reply) held.reply = body.text.text;
    }
  }

  typing(held: Held, on: boolean): void {
    this.#link.tell({ typing: { sessionId: held.session, on } });
  }

  /** The agent has this one before their eyes. */
  see(held: Held): void {
    if (held.last <= held.seen) return;
    held.seen = held.last;
    this.#link.tell({ read: { sessionId: held.session, upTo: String(held.last) } });
  }

  /** The presence that lets most offers come. */
  get readyPresence(): string {
    const open = (this.directory.presences ?? []).toSorted((a, b) => (b.channels?.length ?? 0) - (a.channels?.length ?? 0));
    return open[0]?.channels?.length ? (open[0].presence ?? "") : "";
  }

  /** Whether offers may come. */
  get routable(): boolean {
    const stands = this.standing.is === "open" && this.agent.readiness !== "READINESS_UNRESPONSIVE";
    return stands && (this.agent.channels ?? []).length > 0;
  }

  queueTitle(queue: string | undefined): string {
    return this.directory.queues?.find((one) => one.queue === queue)?.title || queue || "";
  }

  // Frames

  #hear(frame: ServerFrame): void {
    if (frame.welcome) {
      this.#epoch = frame.welcome.epoch ?? "0";
      this.name = frame.welcome.agent ?? "";
      this.directory = frame.welcome.directory ?? {};
      this.now = this.#link.now();
    }
    if (frame.snapshot) this.#replace(frame.snapshot);
    if (frame.entry) this.#enter(frame.entry);
    if (frame.typing) {
      const held = this.#of(frame.typing.sessionId);
      if (held) held.typing = frame.typing.on ? frame.typing.agent || " " : "";
    }
    if (frame.receipt && !frame.receipt.agent) {
      const held = this.#of(frame.receipt.sessionId);
      const upTo = Number(frame.receipt.upTo ?? 0);
      if (held) held.delivered = Math.max(held.delivered, upTo);
      if (held && frame.receipt.kind === "RECEIPT_KIND_READ") held.read = Math.max(held.read, upTo);
    }
  }

  #of(session: string | undefined): Held | undefined {
    return [...this.held.values()].find((held) => held.session === session);
  }

  #replace(snapshot: Snapshot): void {
    this.#sequence = snapshot.sequence ?? "0";
    this.agent = snapshot.agent ?? {};
    this.offers.clear();
    for (const offer of snapshot.offers ?? []) this.offers.set(offer.interactionId ?? "", offer);
    const before = new Map(this.held);
    this.held.clear();
    for (const assignment of snapshot.assignments ?? []) this.#restore(assignment, before.get(assignment.interactionId ?? ""));
    for (const [interaction, held] of before) if (!this.held.has(interaction)) held.forget();
    this.begun = true;
    this.#choose();
    this.#shown();
  }

  #restore(assignment: Assignment, before: Held | undefined): void {
    const interaction = assignment.interactionId ?? "";
    const held = before ?? new Held(interaction, assignment.pop ?? {});
    held.pop = assignment.pop ?? {};
    held.take(assignment.messages ?? []);
    held.wrapUp = assignment.wrapUpUntil ? { until: ms(assignment.wrapUpUntil), codeRequired: assignment.codeRequired ?? false } : undefined;
    this.held.set(interaction, held);
    void this.#fetch(held);
  }

  #enter(entry: Entry): void {
    // Each once: a socket that was lost may have told more than was known of.
    if (BigInt(entry.sequence ?? "0") <= BigInt(this.#sequence)) return;
    this.#sequence = entry.sequence ?? "0";
    this.begun = true;
    if (entry.agent) this.agent = entry.agent;
    if (entry.offered) this.offers.set(entry.offered.interactionId ?? "", entry.offered);
    if (entry.withdrawn) this.offers.delete(entry.withdrawn.interactionId ?? "");
    if (entry.updated) this.#update(entry.updated);
    if (entry.enriched) this.#enrich(entry);
    if (entry.assigned) this.#assign(entry);
    if (entry.message) this.#of(entry.message.sessionId)?.take(entry.message.message ? [entry.message.message] : []);
    if (entry.noted) {
      const held = this.#of(entry.noted.sessionId);
      if (held && entry.noted.note) held.pop = { ...held.pop, notes: [entry.noted.note, ...(held.pop.notes ?? [])] };
    }
    const held = this.held.get(entry.customerLeft?.interactionId ?? entry.wrapUpBegan?.interactionId ?? "");
    if (held && entry.customerLeft) held.left = entry.customerLeft.outcome ?? "OUTCOME_UNSPECIFIED";
    if (held && entry.wrapUpBegan) {
      held.wrapUp = { until: ms(entry.wrapUpBegan.until), codeRequired: entry.wrapUpBegan.codeRequired ?? false };
      held.typing = "";
    }
    if (entry.wrapUpEnded) this.#end(entry.wrapUpEnded.interactionId ?? "");
    this.#choose();
    this.#shown();
  }

  #assign(entry: Entry): void {
    const { interactionId = "", sessionId } = entry.assigned!;
    const pop = this.offers.get(interactionId)?.pop ?? { ...(sessionId ? { sessionId } : {}) };
    this.offers.delete(interactionId);
    // The same one may come back to who has only just passed it on.
    if (this.held.get(interactionId)?.wrapUp === undefined && this.held.has(interactionId)) return;
    const held = new Held(interactionId, pop);
    this.held.set(interactionId, held);
    void this.#fetch(held);
  }

  #update(pop: ScreenPop): void {
    const held = this.#of(pop.sessionId);
    if (held && Number(pop.version ?? 0) >= Number(held.pop.version ?? 0)) {
      // Why this agent is told with the offer alone.
      held.pop = pop.why?.line ? pop : { ...pop, ...(held.pop.why ? { why: held.pop.why } : {}) };
    }
    for (const [key, offer] of this.offers) {
      if (offer.pop?.sessionId === pop.sessionId) this.offers.set(key, { ...offer, pop });
    }
  }

  #enrich(entry: Entry): void {
    const { sessionId, connector = "", part } = entry.enriched!;
    const held = this.#of(sessionId);
    const add = (pop: ScreenPop): ScreenPop => ({ ...pop, enrichment: { ...pop.enrichment, [connector]: part ?? {} } });
    if (held) held.pop = add(held.pop);
    for (const [key, offer] of this.offers) {
      if (offer.pop?.sessionId === sessionId) this.offers.set(key, { ...offer, pop: add(offer.pop!) });
    }
  }

  #end(interaction: string): void {
    this.held.get(interaction)?.forget();
    this.held.delete(interaction);
  }

  /** Asks for what of a transcript is not here yet. */
  async #fetch(held: Held): Promise<void> {
    const PAGE = 200;
    for (let after = 0; held.session; ) {
      const ack = await this.ask({ listMessages: { sessionId: held.session, after: String(after), pageSize: PAGE } });
      const messages = ack?.messages?.messages ?? [];
      held.take(messages);
      if (messages.length < PAGE) return;
      after = Number(messages.at(-1)?.sequence ?? 0);
    }
  }

  /** Something is on the screen wherever there is something to show. */
  #choose(): void {
    if (this.held.has(this.chosen) || this.offers.has(this.chosen)) return;
    this.chosen = [...this.held.keys()][0] ?? [...this.offers.keys()][0] ?? "";
  }

  #shown(): void {
    const sequence = this.#sequence;
    requestAnimationFrame(() => this.#link.tell({ shown: { sequence } }));
  }

  /** Whether this browser has no login that holds. */
  get stranger(): boolean {
    return this.standing.is === "over" && this.standing.code === NOT_LET_IN;
  }
}
