// Made from the files under proto/segue by a test; do not edit. Protobuf JSON leaves out what has its default.

/** The kind of medium a leg or an interaction runs on. */
export type Channel =
  | "CHANNEL_UNSPECIFIED"
  | "CHANNEL_VOICE"
  | "CHANNEL_CHAT"
  | "CHANNEL_APP"
  | "CHANNEL_EMAIL";

/** What an acknowledgement is worth. */
export type Durability =
  | "DURABILITY_UNSPECIFIED"
  | "DURABILITY_MEMORY"
  | "DURABILITY_DISK";

/** How surely it is known who the customer is; each level includes those below. */
export type AssuranceLevel =
  | "ASSURANCE_LEVEL_UNSPECIFIED"
  | "ASSURANCE_LEVEL_NONE"
  | "ASSURANCE_LEVEL_CLAIMED"
  | "ASSURANCE_LEVEL_LOW"
  | "ASSURANCE_LEVEL_SUBSTANTIAL"
  | "ASSURANCE_LEVEL_HIGH";

/** Who may see a value. */
export type Sensitivity =
  | "SENSITIVITY_UNSPECIFIED"
  | "SENSITIVITY_USUAL"
  | "SENSITIVITY_PERSONAL"
  | "SENSITIVITY_SECRET";

/** How long a wait may be expected to last from now on, rounded up to steps: whole minutes up to ten, then five, then thirty. Where nobody can tell, it is absent. */
export interface ExpectedWait {
  /** As likely shorter as longer. */
  p50Seconds?: number;
  /** Shorter nine times of ten. */
  p90Seconds?: number;
}

/** Kinds of fields. */
export type FieldKind =
  | "FIELD_KIND_UNSPECIFIED"
  | "FIELD_KIND_TEXT"
  | "FIELD_KIND_NUMBER"
  | "FIELD_KIND_DATE"
  | "FIELD_KIND_MONEY"
  | "FIELD_KIND_CHOICE"
  | "FIELD_KIND_PHONE"
  | "FIELD_KIND_EMAIL"
  | "FIELD_KIND_YES_NO"
  | "FIELD_KIND_DIGITS"
  | "FIELD_KIND_SECRET";

/** What is asked or said now. */
export interface Prompt {
  /** At which step of the journey. */
  step?: string;
  /** Pick one. */
  menu?: MenuPrompt;
  /** Fill in fields. */
  form?: FormPrompt;
  /** Something is said. */
  say?: SayPrompt;
  /** Another system is being asked; this will change by itself. */
  busy?: BusyPrompt;
  /** A person was asked for; `SessionView.line` tells the rest. */
  line?: LinePrompt;
  /** The expected wait, and what one may do about it. */
  waitOffer?: WaitOfferPrompt;
  /** It is over. */
  end?: EndPrompt;
}

/** Pick one. */
export interface MenuPrompt {
  /** The question. */
  ask?: string;
  /** The choices, in order. */
  choices?: Choice[];
  /** Set where the last answer did not fit. */
  misfit?: Misfit;
}

/** Fill in fields. */
export interface FormPrompt {
  /** What the form is called. */
  title?: string;
  /** Its fields that apply, in order, answered ones included. */
  fields?: Field[];
  /** The first one to be filled; empty where none is left. */
  currentField?: string;
  /** Set where the last answer did not fit. */
  misfit?: Misfit;
  /** Kept answers are to be confirmed before the journey goes on. */
  confirm?: boolean;
}

/** Something is said. */
export interface SayPrompt {
  /** The text. */
  text?: string;
  /** An image or a sound by reference, the one for this channel; empty where there is none. */
  media?: string;
  /** Whether the customer must go on by themselves (`Step` with `continue`). */
  goOn?: boolean;
}

/** Another system is being asked. */
export interface BusyPrompt {
  /** What to say meanwhile. */
  text?: string;
}

/** A person was asked for. */
export interface LinePrompt {
  /** What to say while they wait, are in the talk, or have left it; empty where the journey says nothing. */
  text?: string;
}

/** The expected wait, and what one may do about it. */
export interface WaitOfferPrompt {
  /** The question. */
  ask?: string;
  /** The choices: `stay`, `callback`, `suspend`, `message`. */
  choices?: Choice[];
  /** Set where the last answer did not fit. */
  misfit?: Misfit;
  /** How long somebody who joins the line now would wait, where that is known. A change is told by itself. */
  expectedWait?: ExpectedWait;
}

/** It is over. */
export interface EndPrompt {
  /** What to say. */
  text?: string;
  /** How it ended, as the journey names it. */
  outcome?: string;
}

/** A choice of a menu, a field or a wait offer. */
export interface Choice {
  /** What is stored, and what to send back. */
  choiceId?: string;
  /** Its telephone key, `0` to `9`; empty where it has none. */
  key?: string;
  /** Its label. */
  label?: string;
  /** A shorter one, for buttons; empty where there is none. */
  shortLabel?: string;
  /** Other words for it. */
  synonyms?: string[];
  /** How it is spoken; empty where as the label. */
  spokenLabel?: string;
}

/** A field of a form. */
export interface Field {
  /** Which, and what to send back. */
  fieldId?: string;
  /** What kind of value it takes. */
  kind?: FieldKind;
  /** The question. */
  ask?: string;
  /** What help there is; empty where there is none. */
  hint?: string;
  /** The choices, where the kind is `FIELD_KIND_CHOICE`. */
  choices?: Choice[];
  /** Whether it may be left out. */
  optional?: boolean;
  /** Who may see its value. */
  sensitivity?: Sensitivity;
  /** Its value as text in the customer's language, masked where it is secret; absent where it is not filled. */
  value?: string;
  /** Whether the value was known rather than given here. */
  known?: boolean;
}

/** An answer that did not fit. */
export interface Misfit {
  /** For which field; empty for a menu. */
  fieldId?: string;
  /** Why, in the customer's language. */
  why?: string;
}

/** What a customer does at a step. */
export interface StepInput {
  /** Takes a choice of a menu or wait offer, by its id. */
  choose?: string;
  /** Types something that stands for a choice or the current field's value: a key, a number, a label, a value. At most 16 KB; empty leaves an optional field out, and fits nothing else. */
  typed?: string;
  /** Gives one field's value. */
  fill?: FieldValue;
  /** Gives several fields' values at once; all or none are taken. */
  fillAll?: FillAll;
  /** Goes on: after a message, or confirming kept answers. */
  goOn?: GoOn;
  /** Goes back one step or field. */
  goBack?: GoBack;
  /** Begins the journey again. */
  restart?: Restart;
}

/** A field's value as the customer gives it. */
export interface FieldValue {
  /** Which field. */
  fieldId?: string;
  /** Its value as text, in the customer's language: at most 16 KB; empty leaves an optional field out, and fits no other. */
  value?: string;
}

/** Several fields' values. */
export interface FillAll {
  /** The values: 1 to 64, each field at most once. */
  values?: FieldValue[];
}

/** Goes on. */
export type GoOn = Record<string, never>;

/** Goes back. */
export type GoBack = Record<string, never>;

/** Begins again. */
export type Restart = Record<string, never>;

/** Why a session was suspended. */
export type SuspendCause =
  | "SUSPEND_CAUSE_UNSPECIFIED"
  | "SUSPEND_CAUSE_ASKED"
  | "SUSPEND_CAUSE_DROPPED"
  | "SUSPEND_CAUSE_IDLE"
  | "SUSPEND_CAUSE_PARKED"
  | "SUSPEND_CAUSE_STEP"
  | "SUSPEND_CAUSE_NODE_LOST";

/** Kinds of handles: ways back into a suspended session. */
export type HandleKind =
  | "HANDLE_KIND_UNSPECIFIED"
  | "HANDLE_KIND_LINK"
  | "HANDLE_KIND_CODE"
  | "HANDLE_KIND_SIP_REFERENCE"
  | "HANDLE_KIND_REPLY";

/** A session as its customer sees it at one version. */
export interface SessionView {
  /** Which session (a UUID). */
  sessionId?: string;
  /** Its content's version: whoever has shown a newer one ignores this. */
  version?: string;
  /** The version of how it stands with the agents (`line`). */
  routingVersion?: string;
  /** How it stands. */
  standing?: Standing;
  /** In which language the prompt is (BCP 47). */
  language?: string;
  /** What is asked or said now; absent where nothing is. */
  prompt?: Prompt;
  /** How it stands with the agents; absent where no person was asked for. */
  line?: Line;
  /** The number of the last message of the transcript; 0 where there is none. */
  lastMessage?: string;
  /** How surely the customer is known now. */
  assuranceLevel?: AssuranceLevel;
  /** Channels of the legs that are alive now. */
  channels?: Channel[];
}

/** How a session stands. */
export interface Standing {
  /** Somebody is here, or was a moment ago. */
  active?: Active;
  /** Nobody is here; it can be resumed. */
  suspended?: Suspension;
  /** It ended on purpose. */
  closed?: Closure;
  /** Its time is over. */
  expired?: Expiry;
}

/** Somebody is here. */
export type Active = Record<string, never>;

/** Why, when, where a session stopped, and until when it can be resumed. */
export interface Suspension {
  /** Why. */
  cause?: SuspendCause;
  /** When. */
  time?: string;
  /** On which channel; unspecified where on none. */
  channel?: Channel;
  /** At which step; empty where at none. */
  step?: string;
  /** Until when it can be resumed. */
  resumableUntil?: string;
  /** The interaction whose place in line is kept (a UUID); empty where there is none. */
  interactionId?: string;
}

/** It ended on purpose. */
export interface Closure {
  /** When. */
  time?: string;
  /** How. */
  outcome?: string;
}

/** Its time is over. */
export interface Expiry {
  /** When. */
  time?: string;
}

/** How it stands with the agents. */
export interface Line {
  /** Which interaction (a UUID). */
  interactionId?: string;
  /** Where it is. */
  phase?: Phase;
  /** In which queue. */
  queue?: string;
  /** On which channel. */
  channel?: Channel;
  /** Since when the customer has waited, over all suspensions. */
  since?: string;
  /** How many are ahead, where it waits and that is known. */
  ahead?: number;
  /** A call back is awaited. */
  callback?: boolean;
  /** How long it has yet to wait, where it waits and that is known. A change is told by itself. */
  expectedWait?: ExpectedWait;
  /** The same as a sentence in the session's language, which says so where nobody can tell; empty where it does not wait. */
  expectedWaitInWords?: string;
}

/** Where an interaction is. */
export interface Phase {
  /** In line. */
  waiting?: Waiting;
  /** Being put to an agent. */
  offered?: WithAgent;
  /** With an agent. */
  assigned?: WithAgent;
  /** The talk is over, the agent is wrapping up. */
  wrappingUp?: WithAgent;
  /** Out of the line, its place kept by the session. */
  suspended?: PlaceKept;
  /** Over. */
  ended?: Over;
  /** It could not be put into the line. */
  refused?: LineRefusal;
}

/** In line. */
export type Waiting = Record<string, never>;

/** With an agent. */
export interface WithAgent {
  /** Their name. */
  agent?: string;
}

/** Out of the line, its place kept. */
export type PlaceKept = Record<string, never>;

/** Over. */
export type Over = Record<string, never>;

/** It could not be put into the line. */
export interface LineRefusal {
  /** Why, by the router's wire name, for instance `queue_full`. */
  reason?: string;
}

/** One line of "my matters". */
export interface Matter {
  /** Which session (a UUID). */
  sessionId?: string;
  /** What it is about, in the customer's language. */
  title?: string;
  /** Where it stands, in words; empty where nowhere. */
  atStep?: string;
  /** How it stands. */
  standing?: Standing;
  /** When it last changed. */
  updateTime?: string;
  /** Where it is live now. */
  channels?: Channel[];
}

/** A handle as given to a customer, once: the server keeps only a hash of it. */
export interface Handle {
  /** What kind. */
  kind?: HandleKind;
  /** The handle itself: a link's token, or digits. */
  value?: string;
  /** Until when it holds. */
  expireTime?: string;
  /** Of a link: the page that it opens, to be sent to the customer as it is; empty where the tenant names no page. */
  url?: string;
}

/** One message of a transcript. */
export interface Message {
  /** Its place in the transcript: 1 for the first, rising by one. */
  sequence?: string;
  /** Given by its sender (a UUID), so that a repeat is known. */
  messageId?: string;
  /** Who says it. */
  speaker?: Speaker;
  /** When it was accepted, by the server's clock. */
  time?: string;
  /** What it says. */
  body?: MessageBody;
}

/** Who says something. */
export interface Speaker {
  /** The customer. */
  customer?: CustomerSpeaker;
  /** An agent. */
  agent?: AgentSpeaker;
  /** The house itself: notices. */
  house?: HouseSpeaker;
}

/** The customer, on a leg. Which leg is not told: its id is the customer's way back in. */
export interface CustomerSpeaker {
  /** On which channel. */
  channel?: Channel;
  /** Said on the very leg that is told so, or that asks. */
  mine?: boolean;
}

/** An agent. */
export interface AgentSpeaker {
  /** Their name. */
  agent?: string;
}

/** The house itself. */
export type HouseSpeaker = Record<string, never>;

/** What a message carries. */
export interface MessageBody {
  /** Text, at most 16 KB. */
  text?: TextBody;
  /** A file by reference. */
  file?: FileBody;
  /** Text with short answers to pick from. */
  quickReplies?: QuickRepliesBody;
  /** Something the house says. Only ever received. */
  notice?: NoticeBody;
}

/** Text. */
export interface TextBody {
  /** The text: 1 byte to 16 KB, without control characters but line breaks and tabs. A mark of direction that it leaves open is closed where its paragraph ends. */
  text?: string;
}

/** A file by reference. */
export interface FileBody {
  /** Where it lies: an https URL of at most 2 KB. */
  url?: string;
  /** Its name, 1 to 256 bytes, without control characters or marks of direction. */
  name?: string;
  /** Its media type (RFC 6838), 1 to 128 bytes. */
  mediaType?: string;
  /** Its size in bytes. */
  size?: string;
}

/** Text with short answers. */
export interface QuickRepliesBody {
  /** The text: 1 byte to 16 KB. */
  text?: string;
  /** The answers: 1 to 20, each of 1 to 256 bytes, without control characters or marks of direction. */
  replies?: string[];
}

/** Something the house says, by key, so that an app words it in its own voice. */
export interface NoticeBody {
  /** Which: `agent_joined`, `agent_left`, `suspended`, `resumed`, `transferred` … */
  key?: string;
  /** Its particulars. */
  args?: Record<string, string>;
}

/** A refusal: nothing has changed. */
export interface Refusal {
  /** Why, for machines: a reason of the error reference, the same as `google.rpc.ErrorInfo.reason` on gRPC. */
  reason?: string;
  /** Why, for people, in one sentence. */
  message?: string;
  /** What it is about: field names, limits, the live channel, the level wanted. */
  metadata?: Record<string, string>;
  /** When to try again, in milliseconds; 0 where that makes no sense. */
  retryAfterMs?: string;
}
