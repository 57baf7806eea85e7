// Small readings of the wire that several parts of the desk need.

import type { IconName } from "$lib/ui/Icon.svelte";
import { ago, ms } from "$lib/time";
import { shown, type Shown } from "$lib/readiness";
import type { AgentStanding, PopAnswer, ScreenPop } from "$lib/wire/desk";
import type { Channel } from "$lib/wire/type";
import { channel, level, method, say, title } from "./words";

const ICONS: Record<Channel, IconName> = {
  CHANNEL_UNSPECIFIED: "dot",
  CHANNEL_VOICE: "voice",
  CHANNEL_CHAT: "chat",
  CHANNEL_APP: "app",
  CHANNEL_EMAIL: "email",
};

export const icon = (which: Channel | undefined): IconName => ICONS[which ?? "CHANNEL_UNSPECIFIED"];

/** What to call the customer: their name, the number they call from, or who they are to the house. */
export function who(pop: ScreenPop | undefined): string {
  const customer = pop?.customer;
  const name = customer?.attributes?.["name"] ?? customer?.claimed?.["name"];
  if (typeof name === "string" && name) return name;
  if (customer?.customerId) return title(customer.customerId);
  return pop?.legs?.find((leg) => leg.address)?.address ?? say("who.unknown");
}

/** The first name, for words to the customer. */
export function firstName(pop: ScreenPop | undefined): string {
  return known(pop) ? (who(pop).split(" ")[0] ?? "") : "";
}

export const known = (pop: ScreenPop | undefined): boolean => Boolean(pop?.customer?.customerId);

/** How surely, how, and when: `strongly proven · signed in (pwd+otp) 4 min ago`. */
export function assurance(pop: ScreenPop | undefined, now: number): { text: string; sure: "ready" | "offered" | "away" } {
  const { level: which, proofs = [] } = pop?.assurance ?? {};
  const best = proofs[0];
  const how = best ? `${method(best.method)} ${ago(ms(best.time), now)}` : "";
  const sure = which === "ASSURANCE_LEVEL_HIGH" || which === "ASSURANCE_LEVEL_SUBSTANTIAL" ? "ready" : which === "ASSURANCE_LEVEL_LOW" ? "offered" : "away";
  return { text: [level(which), how].filter(Boolean).join(" · "), sure };
}

/** Where an answer came from, in a word. */
export function source({ source: from }: PopAnswer): string {
  if (from?.leg) return channel(from.leg.channel);
  if (from?.claim) return "sign-in";
  if (from?.lookup) return "look-up";
  if (from?.agent) return title(from.agent.agent);
  return from?.journey ? "journey" : "";
}

/** How the agent themselves is shown: while nothing is with them, by the presence that they chose. */
export function standing(agent: AgentStanding): Shown {
  const its = shown(agent, [{ presence: agent.presence ?? "", channels: agent.channels ?? [] }]);
  return agent.readiness === "READINESS_IDLE" ? { ...its, word: title(agent.presence) } : its;
}
