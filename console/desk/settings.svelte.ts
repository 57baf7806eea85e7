// What an agent has set for this browser.

/** What can be set. */
interface Settings {
  theme: "auto" | "light" | "dark";
  /** 0 is silent, 1 is loud. */
  volume: number;
  keys: boolean;
  desktop: boolean;
  /** Canned replies of the agent's own; the first word names them. */
  canned: string[];
}

const KEY = "desk:settings";
const FIRST: Settings = {
  theme: "auto",
  volume: 0.5,
  keys: true,
  desktop: false,
  canned: [
    "hello Hello {name}, this is {agent}. I have read what you told us already.",
    "moment One moment please, I am looking into it.",
    "later We can stop here, and you go on whenever you like: nothing has to be said twice.",
    "bye Thank you, {name}. Have a good day.",
  ],
};

export const settings: Settings = $state({ ...FIRST, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>) });

/** Keeps what was set, and shows it. */
export function apply(): void {
  localStorage.setItem(KEY, JSON.stringify(settings));
  if (settings.theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = settings.theme;
}
