// What the router says of agents: a word, an icon and a colour, never a colour alone.

import type { IconName } from "./ui/Icon.svelte";
import { title } from "./words";
import type { Presence, Readiness } from "./wire/desk";

/** How one readiness is shown. `colour` names a token. */
export interface Shown {
  word: string;
  icon: IconName;
  colour: "ready" | "offered" | "busy" | "wrapping" | "away" | "trouble";
}

/** In the order in which a board groups them: trouble first, then who could take more. */
export const READINESS: Record<Readiness, Shown> = {
  READINESS_UNRESPONSIVE: { word: "Missed offers", icon: "alert", colour: "trouble" },
  READINESS_LOST: { word: "Connection lost", icon: "alert", colour: "trouble" },
  READINESS_IDLE: { word: "Free", icon: "check", colour: "ready" },
  READINESS_OFFERED: { word: "Offered", icon: "clock", colour: "offered" },
  READINESS_BUSY: { word: "Busy", icon: "person", colour: "busy" },
  READINESS_WRAPPING_UP: { word: "Wrapping up", icon: "note", colour: "wrapping" },
  READINESS_SIGNED_OUT: { word: "Signed out", icon: "away", colour: "away" },
  READINESS_UNSPECIFIED: { word: "Unknown", icon: "dot", colour: "away" },
};

/** How somebody is shown: while nothing is with them, by the presence that they chose. */
export function shown(agent: { readiness?: Readiness; presence?: string }, presences: readonly Presence[] = []): Shown {
  const its = READINESS[agent.readiness ?? "READINESS_UNSPECIFIED"];
  const chosen = presences.find(({ presence }) => presence === agent.presence);
  if (agent.readiness !== "READINESS_IDLE" || !chosen) return its;
  return chosen.channels?.length ? its : { word: title(agent.presence), icon: "away", colour: "away" };
}
