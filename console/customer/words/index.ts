// The page's own words in the languages it has. Only the language that is spoken is loaded.

import en from "./en";

export type Words = typeof en;

const OTHERS: Record<string, () => Promise<{ default: Words }>> = { de: () => import("./de"), fr: () => import("./fr") };

/** The words of now: English until another language has come. */
export let say: Words = en;
/** The language they are in, for times and numbers too. */
export let tongue = "en";

/** Takes the words of a language (BCP 47), where there are any; whether they changed. */
export async function speak(language: string | undefined): Promise<boolean> {
  const wanted = language?.split("-")[0]?.toLowerCase() ?? "";
  if (wanted === tongue || !(wanted === "en" || wanted in OTHERS)) return false;
  say = wanted === "en" ? en : (await OTHERS[wanted]!()).default;
  tongue = wanted;
  document.documentElement.lang = wanted;
  return true;
}
