// The keyboard: what each key does. Single letters can be switched off, and mean nothing while somebody types (WCAG 2.1.4).

/** Single keys, with what they do. */
export const SINGLE: Readonly<Record<string, string>> = {
  a: "accept",
  d: "decline",
  w: "wrap",
  n: "note",
  t: "transfer",
  j: "next",
  k: "previous",
  "?": "help",
};

/** What a key with Control or Command does. */
export function keys(event: KeyboardEvent): string | undefined {
  return (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" ? "palette" : undefined;
}

/** What a single key does, where it is none of somebody's typing. */
export function single(event: KeyboardEvent): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return undefined;
  const at = event.target;
  if (at instanceof HTMLElement && (at.isContentEditable || at.closest("input, textarea, select, dialog, [role=menu]"))) return undefined;
  return SINGLE[event.key.toLowerCase()];
}
