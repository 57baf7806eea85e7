// The words of a page, by key, so that a translation is one more table. `{name}` is filled in.

export type Words = Readonly<Record<string, string>>;

/** Makes the `say` of a page from its table; a key that the table lacks does not compile. */
export function speaker<T extends Words>(table: T) {
  return (key: keyof T & string, values: Readonly<Record<string, string | number>> = {}): string =>
    table[key]!.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** `1 minute`, `2 minutes`: numbers with a unit as the language writes them. */
export function counted(count: number, unit: "second" | "minute" | "hour" | "day", language?: string): string {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

/** A name of the configuration as people write it: `calls-only` is `Calls only`. */
export function title(name: string | undefined): string {
  const words = (name ?? "").replace(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
