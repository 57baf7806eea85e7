// What a wallboard knows: queues and agents as the house last told them, and how the large figures went since the page was opened.

import { SvelteMap } from "svelte/reactivity";
import { signInByLink, ticket } from "$lib/login";
import { shown } from "$lib/readiness";
import { ms } from "$lib/time";
import { Link, NOT_LET_IN, Refused, uuid, type Standing } from "$lib/ws";
import type { ClientFrame, Colleague, Directory, DirectoryQueue, ServerFrame } from "$lib/wire/desk";

/** How many minutes a line behind a figure tells. */
const HOUR = 60;
/** How often a figure is written down. */
const EVERY = 60_000;

/** The large figures of one moment. */
export interface Figures {
  waiting: number;
  longest: number;
  expected: DirectoryQueue["expectedWait"];
  free: number;
  working: number;
  trouble: number;
}

export class Board {
  standing = $state.raw<Standing>({ is: "connecting" });
  queues = new SvelteMap<string, DirectoryQueue>();
  /** Replaced as a whole with each frame: thousands of agents are one change. */
  agents = $state.raw<ReadonlyMap<string, Colleague>>(new Map());
  directory = $state.raw<Directory>({});
  now = $state(Date.now());
  /** When the house last told anything. */
  told = $state(Date.now());
  /** A figure each minute, the oldest first. */
  past = $state.raw<Figures[]>([]);
  begun = $state(false);
  #link: Link<ClientFrame, ServerFrame>;
  #linked = false;

  constructor() {
    this.#link = new Link<ClientFrame, ServerFrame>({
      path: "/v1/desk",
      name: "segue.desk.v1.json",
      hello: () => this.#hello(),
      heard: (frame) => this.#hear(frame),
      stands: (standing) => {
        this.standing = standing;
      },
    });
    setInterval(() => {
      this.now = this.#link.now();
    }, 1_000);
    setInterval(() => {
      if (this.begun) this.past = [...this.past, this.figures].slice(-HOUR);
    }, EVERY);
  }

  async #hello(): Promise<ClientFrame> {
    if (!this.#linked) {
      this.#linked = true;
      // A link that was used before is no matter where this browser has a login already.
      await signInByLink().catch((why: unknown) => {
        if (!(why instanceof Refused)) throw why;
      });
    }
    return { hello: { protocol: 1, ticket: await ticket("supervisor"), tab: uuid() } };
  }

  #hear({ welcome, figures }: ServerFrame): void {
    if (welcome) {
      this.directory = welcome.directory ?? {};
      this.now = this.#link.now();
    }
    if (!figures) return;
    for (const queue of figures.queues ?? []) this.queues.set(queue.queue ?? "", queue);
    if (figures.agents?.length) {
      const agents = new Map(this.agents);
      for (const agent of figures.agents) agents.set(agent.agent ?? "", agent);
      this.agents = agents;
    }
    this.told = Date.now();
    if (!this.begun) {
      this.begun = true;
      this.past = [this.figures];
    }
  }

  get figures(): Figures {
    const queues = [...this.queues.values()];
    const count = (...colours: string[]) => {
      let sum = 0;
      for (const agent of this.agents.values()) if (colours.includes(shown(agent, this.directory.presences).colour)) sum += 1;
      return sum;
    };
    const told = ({ expectedWait }: DirectoryQueue) => (expectedWait ? (expectedWait.p90Seconds ?? 0) : -1);
    const since = queues.map((queue) => ms(queue.waitingSince)).filter(Boolean);
    const worst = queues.toSorted((a, b) => told(b) - told(a))[0];
    return {
      waiting: queues.reduce((sum, queue) => sum + (queue.waiting ?? 0), 0),
      longest: since.length ? Math.max(0, this.now - Math.min(...since)) : 0,
      expected: worst?.expectedWait,
      free: count("ready"),
      working: count("offered", "busy", "wrapping"),
      trouble: count("trouble"),
    };
  }

  /** Changes an agent's presence. Throws `Refused`. */
  async force(agent: string, presence: string, reason: string): Promise<void> {
    await this.#link.command({ forcePresence: { agent, presence, reason } });
  }

  again(): void {
    this.#link.again();
  }

  get stranger(): boolean {
    return this.standing.is === "over" && this.standing.code === NOT_LET_IN;
  }
}
