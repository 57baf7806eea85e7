// What this browser keeps: its secret name, where the customer is, and what they said that is not yet known to be stored.
//
// Ways back (links, codes) are never kept here, and no answers: a browser may be shared.

/** Where the customer is, as a leg of a session. */
export interface Kept {
  session: string;
  leg: string;
  /** It was suspended on this page: nobody is to be brought back into it unasked. */
  paused?: boolean;
}

/** Something said: under which id, what, and when (milliseconds since the epoch). */
export interface Unsent {
  id: string;
  text: string;
  since: number;
}

export class Shelf {
  #prefix: string;
  /** Where a browser keeps nothing (private windows, blocked storage), this page does until it is left. */
  #memory = new Map<string, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** This browser's name: a secret, by which a visitor's session comes back to it alone. */
  get device(): string {
    return this.#get("device") ?? "";
  }
  set device(name: string) {
    this.#set("device", name);
  }

  get at(): Kept | undefined {
    return this.#read<Kept>("at");
  }
  set at(kept: Kept | undefined) {
    this.#write("at", kept);
  }

  get unsent(): Unsent[] {
    return this.#read<Unsent[]>("unsent") ?? [];
  }
  set unsent(all: Unsent[]) {
    this.#write("unsent", all.length ? all : undefined);
  }

  #read<T>(key: string): T | undefined {
    const text = this.#get(key);
    return text ? (JSON.parse(text) as T) : undefined;
  }

  #write(key: string, value: unknown): void {
    this.#set(key, value === undefined ? undefined : JSON.stringify(value));
  }

  #get(key: string): string | undefined {
    try {
      return localStorage.getItem(this.#prefix + key) ?? undefined;
    } catch {
      return this.#memory.get(key);
    }
  }

  #set(key: string, text: string | undefined): void {
    try {
      if (text === undefined) localStorage.removeItem(this.#prefix + key);
      else localStorage.setItem(this.#prefix + key, text);
    } catch {
      if (text === undefined) this.#memory.delete(key);
      else this.#memory.set(key, text);
    }
  }
}
