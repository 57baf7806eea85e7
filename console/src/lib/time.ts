// Times as people read them. The wire's times are RFC 3339; deadlines are by the server's clock.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds since the epoch of a time of the wire; 0 where there is none. */
export function ms(time: string | undefined): number {
  return time ? Date.parse(time) : 0;
}

/** A span as a clock shows it: `0:42`, `12:07`, `3 h 05`, `2 d`. */
export function span(milliseconds: number): string {
  const total = Math.max(0, milliseconds);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (total >= 2 * DAY) return `${Math.floor(total / DAY)} d`;
  if (total >= HOUR) return `${Math.floor(total / HOUR)} h ${two((total % HOUR) / MINUTE)}`;
  return `${Math.floor(total / MINUTE)}:${two((total % MINUTE) / 1000)}`;
}

/** How long ago, in words: `just now`, `6 min ago`, `yesterday`. */
export function ago(then: number, now: number, language?: string): string {
  const gone = Math.max(0, now - then);
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (gone < MINUTE) return gone < 20_000 ? "just now" : words.format(-Math.floor(gone / 1000), "second");
  if (gone < HOUR) return words.format(-Math.floor(gone / MINUTE), "minute");
  if (gone < DAY) return words.format(-Math.floor(gone / HOUR), "hour");
  return words.format(-Math.floor(gone / DAY), "day");
}

/** The exact time, for tooltips. */
export function exact(then: number, language?: string): string {
  return new Date(then).toLocaleString(language, { dateStyle: "medium", timeStyle: "medium" });
}

/** The time of day: `14:32`. */
export function clock(then: number, language?: string): string {
  return new Date(then).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** The day, where it is not today: `19 Nov`; otherwise `Today`. */
export function day(then: number, now: number, language?: string): string {
  const date = new Date(then);
  if (date.toDateString() === new Date(now).toDateString()) return "Today";
  return date.toLocaleDateString(language, { day: "numeric", month: "short", weekday: "short" });
}

/** An expected wait told honestly: `4 to 7 min`; `unknown` where nobody can tell. */
export function wait(expected: { p50Seconds?: number; p90Seconds?: number } | undefined): string {
  if (!expected) return "unknown";
  if (!expected.p90Seconds) return "none";
  const minutes = (seconds: number | undefined) => Math.max(1, Math.round((seconds ?? 0) / 60));
  const [likely, nearlySure] = [minutes(expected.p50Seconds), minutes(expected.p90Seconds)];
  return likely === nearlySure ? `about ${likely} min` : `${likely} to ${nearlySure} min`;
}
