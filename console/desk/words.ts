// What the desk says. A translation is one more table like this.

import { speaker } from "$lib/words";
import type { AssuranceLevel, Channel, SuspendCause } from "$lib/wire/type";
import type { Readiness } from "$lib/wire/desk";

export const say = speaker({
  "accept": "Accept",
  "decline": "Decline",
  "decline.why": "Decline, and say why",
  "offer": "Offer",
  "offer.for": "{queue}, waiting {wait}",
  "offer.heard": "Offer from {queue}: {who}. Accept with A, decline with D.",
  "offer.left": "{seconds} seconds left to accept",
  "yours": "Yours",
  "yours.none": "Nothing with you right now.",
  "load": "load",
  "load.title": "You hold {load} of {capacity} units of work",
  "next": "next: {presence}",
  "next.none": "take back",
  "presence": "Presence",
  "presence.now": "Now",
  "presence.next": "When the present work ends",
  "presence.unresponsive": "Offers ran out while you were away from the desk, so you get no more.",
  "stopped": "Where they stopped",
  "stopped.at": "At",
  "stopped.nowhere": "They came straight to a person: no journey was begun.",
  "answers": "Answers",
  "answers.none": "Nothing was asked yet.",
  "answers.change": "Change this answer",
  "failed": "What went wrong",
  "failed.errors": "{count} × did not fit",
  "failed.repeats": "{count} × shown again",
  "why": "Why you",
  "why.others": "{count} others could have had it",
  "why.preferred": "They know you",
  "who": "Who it is",
  "who.unknown": "Visitor",
  "who.candidates": "It may be one of these. Ask, then choose.",
  "who.this": "This is them",
  "who.claimed": "Not proven",
  "assurance.skip": "Need not be asked again",
  "elsewhere": "From other systems",
  "links": "Open",
  "history": "Before",
  "notes": "Notes",
  "timeline": "Timeline",
  "timeline.none": "Nothing has been said yet. The first word is yours.",
  "typing": "{who} is typing …",
  "sent": "Sent",
  "sending": "Sending …",
  "delivered": "Delivered",
  "read": "Read",
  "reply": "Write to {who}",
  "reply.hint": "Enter sends, Shift + Enter breaks the line, / brings canned replies",
  "reply.offline": "What you write is sent when the connection is back",
  "send": "Send",
  "file": "Send a file by its link",
  "file.url": "Link to the file (https)",
  "file.name": "Name that is shown",
  "canned": "Canned replies",
  "canned.none": "No canned reply begins like this.",
  "canned.new": "Keep what is written as a canned reply",
  "form.push": "Send a form",
  "form.pushed": "The form is on the customer’s screen. Their answers show on the right as they come.",
  "note": "Note",
  "note.add": "Add a note for colleagues",
  "note.hint": "Only colleagues see notes",
  "note.save": "Add note",
  "park": "Go on later",
  "park.why": "The talk ends here, and the customer gets a way back to this very point. Their place and their answers stay.",
  "park.do": "Give them a way back",
  "park.given": "Tell the customer. It is shown this once.",
  "park.code": "Code",
  "park.link": "Link",
  "park.until": "holds until {time}",
  "copy": "Copy",
  "copied": "Copied",
  "transfer": "Transfer",
  "transfer.queues": "Queues",
  "transfer.people": "Colleagues",
  "transfer.note": "A note for whoever takes it",
  "transfer.find": "Find a queue or colleague",
  "transfer.none": "Nobody by that name.",
  "transfer.wait": "wait {wait}",
  "transfer.free": "{idle} of {duty} free",
  "transfer.empty": "nobody on duty",
  "finish": "Wrap up",
  "wrap": "Wrap up",
  "wrap.code": "How did it end?",
  "wrap.code.must": "Choose how it ended first.",
  "wrap.note": "Note for whoever comes next",
  "wrap.more": "More time",
  "wrap.done": "Done",
  "wrap.left": "{time} left",
  "wrap.kept": "The time is over; your note was kept. Finish when you are ready.",
  "left.abandoned": "The customer has left.",
  "left.suspended": "The customer will go on later: their place is kept.",
  "left.handled": "The talk is over.",
  "voice.none": "Calls are not connected to this house yet.",
  "mute": "Mute",
  "hold": "Hold",
  "keypad": "Keypad",
  "palette": "Search for anything to do",
  "palette.none": "Nothing is called that.",
  "settings": "Settings",
  "settings.theme": "Theme",
  "settings.theme.auto": "As the system",
  "settings.theme.light": "Light",
  "settings.theme.dark": "Dark",
  "settings.sound": "Sound",
  "settings.sound.off": "Off",
  "settings.keys": "Single-letter shortcuts (A, D, W, N, T)",
  "settings.desktop": "Tell me on the desktop when this page is not in sight",
  "help": "Keyboard",
  "out": "Sign out",
  "close": "Close",
  "cancel": "Cancel",
  "lost": "The connection is lost. What you write is kept.",
  "lost.again": "Next try in {seconds} s.",
  "lost.now": "Try now",
  "connecting": "Connecting …",
  "login.none": "You are not signed in",
  "login.how": "Open the link that you were given. The demo prints one for each agent, and each opens once.",
  "login.bad": "That link was used before, or is too old.",
  "login.again": "Sign in again",
  "signed-out": "You are signed out",
  "signed-out.how": "Nothing is offered to you until you sign in again.",
  "forget": "Forget the login in this browser",
  "elsewhere.open": "This desk went on in another place",
  "elsewhere.take": "Go on here",
  "broken": "This page cannot go on",
  "broken.how": "The house closed the connection for good (code {code}). Load the page again; nothing is lost.",
  "reload": "Load again",
  "empty": "No interaction is open",
  "empty.ready": "You are ready",
  "empty.ready.how": "The next one comes by itself, with its story.",
  "empty.away": "Nothing is offered to you",
  "empty.away.how": "You are not ready for anybody right now.",
  "empty.go": "Become ready",
  "refused": "That did not work: {why}",
});

const CHANNELS: Record<Channel, string> = {
  CHANNEL_UNSPECIFIED: "no channel",
  CHANNEL_VOICE: "phone",
  CHANNEL_CHAT: "chat",
  CHANNEL_APP: "app",
  CHANNEL_EMAIL: "e-mail",
};

const READINESS: Record<Readiness, string> = {
  READINESS_UNSPECIFIED: "Unknown",
  READINESS_SIGNED_OUT: "Signed out",
  READINESS_IDLE: "Ready",
  READINESS_OFFERED: "Offered",
  READINESS_BUSY: "Busy",
  READINESS_WRAPPING_UP: "Wrapping up",
  READINESS_UNRESPONSIVE: "Missed offers",
  READINESS_LOST: "Connection lost",
};

const LEVELS: Record<AssuranceLevel, string> = {
  ASSURANCE_LEVEL_UNSPECIFIED: "not said",
  ASSURANCE_LEVEL_NONE: "not known",
  ASSURANCE_LEVEL_CLAIMED: "claimed, not proven",
  ASSURANCE_LEVEL_LOW: "weakly proven",
  ASSURANCE_LEVEL_SUBSTANTIAL: "proven",
  ASSURANCE_LEVEL_HIGH: "strongly proven",
};

const CAUSES: Record<SuspendCause, string> = {
  SUSPEND_CAUSE_UNSPECIFIED: "",
  SUSPEND_CAUSE_ASKED: "wanted to go on later",
  SUSPEND_CAUSE_DROPPED: "connection lost",
  SUSPEND_CAUSE_IDLE: "fell silent",
  SUSPEND_CAUSE_PARKED: "parked by a colleague",
  SUSPEND_CAUSE_STEP: "a step takes time",
  SUSPEND_CAUSE_NODE_LOST: "a server was lost",
};

const METHODS: Record<string, string> = {
  sign_in: "signed in",
  link: "personal link",
  code: "one-time code",
  caller_number: "caller’s number",
  agent_check: "asked by an agent",
};

/** Refusals that an agent may meet, in their words; others come in the house's. */
const REASONS: Record<string, string> = {
  OFFER_ENDED: "the offer is over",
  NOT_YOURS: "somebody else has it now",
  CODE_REQUIRED: "choose how it ended first",
  OVERLOADED: "the house is very busy; try again in a moment",
  DEADLINE_EXCEEDED: "it took too long; try again",
  SESSION_SUSPENDED: "the customer is not here any more",
};

export const channel = (which: Channel | undefined): string => CHANNELS[which ?? "CHANNEL_UNSPECIFIED"];
export const readiness = (which: Readiness | undefined): string => READINESS[which ?? "READINESS_UNSPECIFIED"];
export const level = (which: AssuranceLevel | undefined): string => LEVELS[which ?? "ASSURANCE_LEVEL_NONE"];
export const cause = (which: SuspendCause | undefined): string => CAUSES[which ?? "SUSPEND_CAUSE_UNSPECIFIED"];
export const reason = (which: string, message: string): string => REASONS[which] ?? message;

/** How somebody proved who they are: `pwd+otp` and the like are the issuer's words (RFC 8176). */
export const method = (which: string | undefined): string => METHODS[which ?? ""] ?? (which ? `signed in (${which})` : "");

/** A name of the configuration as people write it: `calls-only` is `Calls only`. */
export function title(name: string | undefined): string {
  const words = (name ?? "").replace(/[-_]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
