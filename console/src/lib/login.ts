// Signing this browser in by a one-use link, and buying tickets for sockets with the login.

import { Refused } from "./ws";
import type { Refusal } from "./wire/type";

/** The roles that pages sign in as. */
export type Role = "app" | "agent" | "supervisor";

async function post(path: string, body: unknown): Promise<Response> {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  if (answer.ok) return answer;
  const problem = (await answer.json()) as { reason?: string; detail?: string };
  const refusal: Refusal = { reason: problem.reason ?? "UNKNOWN", message: problem.detail ?? answer.statusText };
  // Who is overloaded or going away will answer another time.
  if (answer.status >= 500 || answer.status === 429) throw new Error(refusal.message);
  throw new Refused(refusal);
}

/** Uses up the link that opened this page, where there is one; it is taken out of the address first. Throws `Refused`. */
export async function signInByLink(): Promise<void> {
  const key = new URLSearchParams(location.hash.slice(1)).get("login");
  if (!key) return;
  history.replaceState(null, "", location.pathname + location.search);
  await post("/v1/login", { key });
}

/** A ticket that opens one socket. Throws `Refused` where this browser has no login that holds. */
export async function ticket(role: Role): Promise<string> {
  const answer = await post("/v1/tickets", { as: role });
  return ((await answer.json()) as { ticket: string }).ticket;
}

/** Forgets this browser's login. */
export async function signOut(role: Role): Promise<void> {
  await post("/v1/logout", { as: role });
}
