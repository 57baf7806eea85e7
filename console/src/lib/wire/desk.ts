// Made from the files under proto/segue by a test; do not edit. Protobuf JSON leaves out what has its default.

import type {
  AssuranceLevel,
  Channel,
  ExpectedWait,
  Handle,
  Message,
  MessageBody,
  Refusal,
  Sensitivity,
  SuspendCause,
} from "./type";

/** One frame of the desk. The first is `hello`. */
export interface ClientFrame {
  /** Names the command (a UUID drawn by the desk). The answer, `ack` or `error`, carries it. The same id with the same content answers the same and changes nothing again. Needed for everything but `shown`, `typing`, `read` and `ping`. */
  id?: string;
  /** Who is it. First, and once. */
  hello?: Hello;
  /** A fresh token for this socket. */
  refresh?: Refresh;
  /** Everything up to here is on the screen. Not answered. */
  shown?: Shown;
  /** Takes a presence now. */
  present?: Present;
  /** Takes a presence when the present work ends. */
  presentNext?: PresentNext;
  /** Leaves. */
  signOut?: SignOut;
  /** Takes an offer. */
  accept?: Accept;
  /** Does not take an offer. */
  decline?: Decline;
  /** The talk is over; wrap-up begins. */
  finish?: Finish;
  /** Wrap-up is over. */
  wrapUp?: WrapUp;
  /** Wants more time to wrap up. */
  extend?: Extend;
  /** Gives an interaction to a queue. */
  transferToQueue?: TransferToQueue;
  /** Gives an interaction to another agent. */
  transferToAgent?: TransferToAgent;
  /** Says something to the customer. */
  say?: Say;
  /** Adds a note to a session. */
  addNote?: AddNote;
  /** Suspends a session for the customer, who gets a way back. */
  park?: Park;
  /** Chooses which of the candidates it is. */
  identify?: Identify;
  /** Fills in or corrects an answer for the customer. */
  fillAnswer?: FillAnswer;
  /** Puts a journey's first step in front of the customer. */
  pushJourney?: PushJourney;
  /** Types, or stopped. Not answered. */
  typing?: Typing;
  /** Has read. Not answered. */
  read?: Read;
  /** Asks for messages of a transcript. */
  listMessages?: ListMessages;
  /** Asks for the queues and colleagues as they stand now. */
  getDirectory?: GetDirectory;
  /** A supervisor: changes the rank of something waiting. */
  prioritise?: Prioritise;
  /** A supervisor: puts an interaction back to its place in line. */
  requeue?: Requeue;
  /** A supervisor: changes another agent's presence. */
  forcePresence?: ForcePresence;
  /** Asks for a `pong`: for pages, which cannot send WebSocket pings. */
  ping?: Ping;
}

/** Who is it. */
export interface Hello {
  /** The version of this protocol: 1. */
  protocol?: number;
  /** A token (JWT) of the tenant's issuer, with the role `agent` or `supervisor`: at most 8 KB. */
  token?: string;
  /** A one-use ticket: at most 8 KB. */
  ticket?: string;
  /** Where this desk was, after a socket was lost. */
  resume?: Resumption;
  /** Names this tab or device, drawn by it: at most 128 bytes. A newer socket of the same tab closes the older one with 4007; sockets of different tabs stand side by side. */
  tab?: string;
}

/** Where a desk was. */
export interface Resumption {
  /** Of which outbox: `Welcome.epoch`. */
  epoch?: string;
  /** The last entry it has seen. */
  sequence?: string;
}

/** A fresh token. */
export interface Refresh {
  /** The token (JWT) of the same agent: at most 8 KB. */
  token?: string;
}

/** Everything up to here is on the screen. */
export interface Shown {
  /** Up to which entry. */
  sequence?: string;
}

/** Takes a presence now. */
export interface Present {
  /** Which, by the config's name: 1 to 128 bytes. */
  presence?: string;
}

/** Takes a presence when the present work ends. */
export interface PresentNext {
  /** Which, by the config's name: at most 128 bytes; empty takes the wish back. */
  presence?: string;
}

/** Leaves. The socket closes with 4012. */
export type SignOut = Record<string, never>;

/** Takes an offer. */
export interface Accept {
  /** Which. */
  offerId?: string;
}

/** Does not take an offer. */
export interface Decline {
  /** Which. */
  offerId?: string;
  /** Why, by the config's name: at most 128 bytes; empty for none. */
  reason?: string;
}

/** The talk is over. */
export interface Finish {
  /** Which (a UUID). */
  interactionId?: string;
}

/** Wrap-up is over. */
export interface WrapUp {
  /** Which (a UUID). */
  interactionId?: string;
  /** With which code, by the config's name: at most 128 bytes; empty for none. */
  code?: string;
  /** A note for whoever comes next: at most 16 KB; empty for none. */
  note?: string;
}

/** Wants more time to wrap up. */
export interface Extend {
  /** Which (a UUID). */
  interactionId?: string;
}

/** Gives an interaction to a queue. */
export interface TransferToQueue {
  /** Which (a UUID). */
  interactionId?: string;
  /** To which queue, by the config's name: at most 128 bytes. */
  queue?: string;
  /** A note for whoever takes it: at most 16 KB; empty for none. */
  note?: string;
}

/** Gives an interaction to another agent. */
export interface TransferToAgent {
  /** Which (a UUID). */
  interactionId?: string;
  /** To whom, by the config's name: at most 128 bytes. */
  agent?: string;
  /** A note for them: at most 16 KB; empty for none. */
  note?: string;
}

/** Says something to the customer. Answered by `ack` with `said`, when it is stored. */
export interface Say {
  /** In which session (a UUID). */
  sessionId?: string;
  /** What is said: a text, a file, or quick replies. */
  body?: MessageBody;
}

/** Adds a note to a session. */
export interface AddNote {
  /** To which session (a UUID). */
  sessionId?: string;
  /** What: 1 byte to 16 KB. */
  text?: string;
}

/** Suspends a session for the customer. Answered by `ack` with `handles`: what to tell the customer. */
export interface Park {
  /** Which session (a UUID). */
  sessionId?: string;
  /** A note for whoever comes next: at most 16 KB; empty for none. */
  note?: string;
}

/** Chooses which of the candidates it is. */
export interface Identify {
  /** In which session (a UUID). */
  sessionId?: string;
  /** Who: at most 128 bytes; empty undoes the last choice. */
  customerId?: string;
}

/** Fills in or corrects an answer. */
export interface FillAnswer {
  /** In which session (a UUID). */
  sessionId?: string;
  /** Which field: 1 to 128 bytes. */
  fieldId?: string;
  /** Its value as text: 1 byte to 16 KB. */
  value?: string;
}

/** Puts a journey's first step in front of the customer. */
export interface PushJourney {
  /** In which session (a UUID). */
  sessionId?: string;
  /** Which journey: 1 to 128 bytes. */
  journey?: string;
}

/** Types, or stopped. */
export interface Typing {
  /** In which session (a UUID). */
  sessionId?: string;
  /** Begins or ends. */
  on?: boolean;
}

/** Has read. */
export interface Read {
  /** In which session (a UUID). */
  sessionId?: string;
  /** Up to which message. */
  upTo?: string;
}

/** Asks for messages of a transcript. Answered by `ack` with `messages`. */
export interface ListMessages {
  /** Of which session (a UUID). */
  sessionId?: string;
  /** Only messages after this place; 0 for all. */
  after?: string;
  /** How many at most: 0 for 50; more than 200 counts as 200. */
  pageSize?: number;
}

/** Asks for the queues and colleagues as they stand now. Answered by `ack` with `directory`. */
export type GetDirectory = Record<string, never>;

/** A supervisor: changes the rank of something waiting. */
export interface Prioritise {
  /** Which (a UUID). */
  interactionId?: string;
  /** The new rank; higher goes first. */
  priority?: number;
  /** Why, for the audit log: 1 to 256 bytes. */
  reason?: string;
}

/** A supervisor: puts an interaction back to its place in line. */
export interface Requeue {
  /** Which (a UUID). */
  interactionId?: string;
  /** Why, for the audit log: 1 to 256 bytes. */
  reason?: string;
}

/** A supervisor: changes another agent's presence. */
export interface ForcePresence {
  /** Whose: at most 128 bytes. */
  agent?: string;
  /** Which presence, by the config's name: at most 128 bytes. */
  presence?: string;
  /** Why, for the audit log: 1 to 256 bytes. */
  reason?: string;
}

/** Asks for a `pong`. */
export type Ping = Record<string, never>;

/** How a part from another system stands. */
export type EnrichmentStanding =
  | "ENRICHMENT_STANDING_UNSPECIFIED"
  | "ENRICHMENT_STANDING_PENDING"
  | "ENRICHMENT_STANDING_READY"
  | "ENRICHMENT_STANDING_FAILED";

/** What an agent sees with an offer. Each part says where it is from and how old it is. */
export interface ScreenPop {
  /** Which session (a UUID). */
  sessionId?: string;
  /** As of which version: whoever has shown a newer one ignores this. */
  version?: string;
  /** When it was put together. */
  time?: string;
  /** On which channel the customer is. */
  channel?: Channel;
  /** Where from, newest leg first. */
  legs?: PopLeg[];
  /** The queue and the wait. */
  queue?: PopQueue;
  /** Why this agent. */
  why?: PopWhy;
  /** Who it is. */
  customer?: PopCustomer;
  /** How surely that is known. */
  assurance?: PopAssurance;
  /** Where they stopped; absent where there is no journey. */
  stopped?: PopStopped;
  /** What they answered, in the order asked. */
  answers?: PopAnswer[];
  /** What failed: steps with errors, repeats, or abandoned. */
  failed?: TrailStep[];
  /** The last steps, oldest first. */
  trail?: TrailStep[];
  /** Former interactions of this session and this customer, newest first. */
  history?: PopHistory[];
  /** Notes, newest first. */
  notes?: Note[];
  /** What they agreed to. */
  consent?: Consent[];
  /** Who passed it on, with their words, oldest first. */
  transfers?: PopTransfer[];
  /** Links with their values filled in, to allow-listed hosts only. */
  links?: PopLink[];
  /** What the agent may do, by the names of the commands. */
  actions?: string[];
  /** Parts from other systems, by connector; late ones come as `enriched`. */
  enrichment?: Record<string, Enrichment>;
}

/** A leg. */
export interface PopLeg {
  /** On which channel. */
  channel?: Channel;
  /** Where from: a number, an address; empty where that is not known. */
  address?: string;
  /** Since when. */
  since?: string;
  /** Whether it is alive. */
  live?: boolean;
}

/** Queue and wait. */
export interface PopQueue {
  /** Which queue. */
  queue?: string;
  /** Since when the customer has waited, over all suspensions. */
  since?: string;
  /** With which rank; higher goes first. */
  priority?: number;
  /** Why that rank, in words. */
  priorityWhy?: string;
  /** A call back is wanted at this number; empty where not. */
  callbackNumber?: string;
  /** How long a wait the customer was told of first; absent where nobody could tell them. */
  expectedWaitTold?: ExpectedWait;
}

/** Why this agent. */
export interface PopWhy {
  /** The decision in one line. */
  line?: string;
  /** Which offer it is. */
  offerId?: string;
  /** How many agents could have had it. */
  eligible?: number;
  /** How many could not, by reason. */
  excluded?: Record<string, number>;
  /** The agent's levels in the skills asked for, 1 to 10. */
  levels?: Record<string, number>;
  /** Whether this agent was preferred, having served the customer before. */
  preferred?: boolean;
  /** Who would have been next; empty where nobody. */
  runnerUp?: string;
}

/** Who it is. */
export interface PopCustomer {
  /** Who; empty where that is not known. */
  customerId?: string;
  /** In which role; empty where that is not known. */
  personaId?: string;
  /** One of these, where it is not known. */
  candidates?: Candidate[];
  /** In which language (BCP 47). */
  language?: string;
  /** Signed attributes. */
  attributes?: Record<string, unknown>;
  /** Unsigned ones, to be shown as such. */
  claimed?: Record<string, unknown>;
}

/** Somebody it may be. */
export interface Candidate {
  /** Who. */
  customerId?: string;
  /** In which role; empty where that is not known. */
  personaId?: string;
  /** What to call them. */
  label?: string;
  /** How likely, 0 to 100. */
  score?: number;
}

/** How surely it is known who it is. */
export interface PopAssurance {
  /** Now: what everybody who is here has proved at least. Where nobody is (a call back), those who left last. */
  level?: AssuranceLevel;
  /** The proofs that still hold, of whomever: first of who is here, then best first. */
  proofs?: Proof[];
  /** What need not be asked again of those who are here, in words. */
  skip?: string[];
}

/** One proof of who it is. */
export interface Proof {
  /** How: `sign_in`, `link`, `code`, `caller_number`, `agent_check`, or a method of the issuer's (RFC 8176). */
  method?: string;
  /** What it was worth when made. */
  level?: AssuranceLevel;
  /** Who vouches. */
  issuer?: string;
  /** When. */
  time?: string;
  /** When it is worth nothing any more. */
  expireTime?: string;
  /** On which channel it was given; unspecified where it was on no leg (an agent's check), or on one that is forgotten. */
  channel?: Channel;
  /** Whether who gave it is here; where nobody is, whether they left last. */
  here?: boolean;
}

/** Where they stopped. */
export interface PopStopped {
  /** In which journey. */
  journey?: string;
  /** At which step, in words. */
  step?: string;
  /** At which field, in words; empty where at none. */
  field?: string;
  /** When. */
  time?: string;
  /** On which channel; unspecified where on none. */
  channel?: Channel;
  /** Why; unspecified where they went on without stopping. */
  cause?: SuspendCause;
}

/** An answer. */
export interface PopAnswer {
  /** Which field. */
  fieldId?: string;
  /** What was asked, in the agent's language. */
  asked?: string;
  /** What was answered, as text; masked where it is secret, and where it is personal and those who are here have proved less than whoever gave it. */
  answer?: string;
  /** Who may see it. */
  sensitivity?: Sensitivity;
  /** Where it came from. */
  source?: AnswerSource;
  /** When. */
  time?: string;
  /** How surely the customer was known when it was given. */
  assuranceLevel?: AssuranceLevel;
}

/** Where an answer came from. */
export interface AnswerSource {
  /** The customer gave it on a leg. */
  leg?: LegSource;
  /** It was known from the signed claims of the sign-in. */
  claim?: ClaimSource;
  /** A look-up returned it. */
  lookup?: LookupSource;
  /** An agent filled it in. */
  agent?: AgentSource;
  /** The journey set it. */
  journey?: JourneySource;
}

/** The customer, on a leg. Which leg is not told: its id is the customer's way back in. */
export interface LegSource {
  /** On which channel. */
  channel?: Channel;
}

/** The signed claims. */
export type ClaimSource = Record<string, never>;

/** A look-up. */
export type LookupSource = Record<string, never>;

/** An agent. */
export interface AgentSource {
  /** Who. */
  agent?: string;
}

/** The journey. */
export type JourneySource = Record<string, never>;

/** A step that was walked. */
export interface TrailStep {
  /** In which journey. */
  journey?: string;
  /** Which. */
  step?: string;
  /** When it was reached. */
  time?: string;
  /** On which channel; unspecified where on none. */
  channel?: Channel;
  /** How often an answer did not fit there. */
  errors?: number;
  /** How often it was shown again. */
  repeats?: number;
}

/** A former interaction. */
export interface PopHistory {
  /** Of which session (a UUID). */
  sessionId?: string;
  /** Which (a UUID). */
  interactionId?: string;
  /** On which channel. */
  channel?: Channel;
  /** In which queue. */
  queue?: string;
  /** When. */
  time?: string;
  /** How it ended. */
  outcome?: string;
}

/** A note. */
export interface Note {
  /** Whose. */
  agent?: string;
  /** When. */
  time?: string;
  /** What. */
  text?: string;
}

/** What a customer agreed to, or took back. */
export interface Consent {
  /** To what. */
  purpose?: string;
  /** On which channel it may be used; unspecified for all. */
  channel?: Channel;
  /** In which role; empty for all. */
  personaId?: string;
  /** Yes or no. */
  given?: boolean;
  /** When. */
  time?: string;
}

/** A hand-over. */
export interface PopTransfer {
  /** Who passed it on. */
  agent?: string;
  /** When. */
  time?: string;
  /** With which words; empty for none. */
  note?: string;
}

/** A link. */
export interface PopLink {
  /** What it is called. */
  label?: string;
  /** Where it leads. */
  url?: string;
}

/** A part from another system. */
export interface Enrichment {
  /** How it stands. */
  standing?: EnrichmentStanding;
  /** What it says; absent unless it is ready. */
  data?: unknown;
  /** When it was fetched. */
  time?: string;
}

/** What the router says of an agent. */
export type Readiness =
  | "READINESS_UNSPECIFIED"
  | "READINESS_SIGNED_OUT"
  | "READINESS_IDLE"
  | "READINESS_OFFERED"
  | "READINESS_BUSY"
  | "READINESS_WRAPPING_UP"
  | "READINESS_UNRESPONSIVE"
  | "READINESS_LOST";

/** Why an offer no longer stands. */
export type WithdrawReason =
  | "WITHDRAW_REASON_UNSPECIFIED"
  | "WITHDRAW_REASON_DECLINED"
  | "WITHDRAW_REASON_EXPIRED"
  | "WITHDRAW_REASON_CUSTOMER_LEFT"
  | "WITHDRAW_REASON_AGENT_LEFT"
  | "WITHDRAW_REASON_MOVED";

/** How an interaction ended. */
export type Outcome =
  | "OUTCOME_UNSPECIFIED"
  | "OUTCOME_HANDLED"
  | "OUTCOME_ABANDONED"
  | "OUTCOME_SUSPENDED"
  | "OUTCOME_OVERFLOWED";

/** Kinds of receipts. */
export type ReceiptKind =
  | "RECEIPT_KIND_UNSPECIFIED"
  | "RECEIPT_KIND_DELIVERED"
  | "RECEIPT_KIND_READ";

/** One frame of the house. */
export interface ServerFrame {
  /** The hello was understood. First. */
  welcome?: Welcome;
  /** The whole desk, in place of everything shown before. */
  snapshot?: Snapshot;
  /** One entry of the agent's outbox. In order, each once. */
  entry?: Entry;
  /** A command was done. */
  ack?: Ack;
  /** A command was refused, or a frame could not be read. The socket stays open. */
  error?: Error;
  /** The customer types, or stopped. Not kept: a slow socket misses some. */
  typing?: CustomerTyping;
  /** What was said has reached the customer's screen, or was read. Not kept: a slow socket misses some. */
  receipt?: Receipt;
  /** Come back in a while on a new socket: this node is going away. The close follows. */
  move?: Move;
  /** The answer to a `ping`. */
  pong?: Pong;
  /** For supervisors: the queues and the agents, whole after the welcome; later those alone that have changed, at most once a second. Not kept, and not numbered. */
  figures?: Figures;
}

/** The hello was understood. */
export interface Welcome {
  /** The version of the protocol that is spoken. */
  protocol?: number;
  /** The server's clock: deadlines are by it. */
  time?: string;
  /** When the token ends. Send `refresh` before; otherwise the socket closes with 4006. */
  expireTime?: string;
  /** The outbox's epoch. Keep it with the last sequence for `Hello.resume`. */
  epoch?: string;
  /** Whether the desk goes on from where it was, by entries; otherwise a `snapshot` follows. */
  continued?: boolean;
  /** Who signed in. */
  agent?: string;
  /** Whether they may do what supervisors may. */
  supervisor?: boolean;
  /** What there is to choose from. */
  directory?: Directory;
  /** Limits in force. */
  limits?: Limits;
}

/** Limits in force. */
export interface Limits {
  /** The largest frame, in bytes. */
  frameBytes?: number;
  /** The largest message, in bytes. */
  messageBytes?: number;
  /** The largest text, in bytes. */
  textBytes?: number;
  /** Frames a second, for good. */
  framesPerSecond?: number;
}

/** What there is to choose from. */
export interface Directory {
  /** Presences, in the config's order. */
  presences?: Presence[];
  /** Why offers may be declined. */
  declineReasons?: string[];
  /** Queues. */
  queues?: DirectoryQueue[];
  /** Other agents, those who are signed in first. Only in the answer to `get_directory`. */
  colleagues?: Colleague[];
  /** Journeys whose first step can be put in front of a customer. */
  journeys?: string[];
}

/** A presence to choose. */
export interface Presence {
  /** Its name. */
  presence?: string;
  /** On which channels offers may come; none: not routable. */
  channels?: Channel[];
}

/** A queue to choose. */
export interface DirectoryQueue {
  /** Which. */
  queue?: string;
  /** What to call it. */
  title?: string;
  /** Codes to choose from at wrap-up. */
  codes?: string[];
  /** Whether one must be chosen. */
  codeRequired?: boolean;
  /** How many wait there now; absent where that is not known. */
  waiting?: number;
  /** Since when the one who has waited longest has; absent where nobody waits. */
  waitingSince?: string;
  /** Of its agents, how many take work now or once other work ends. */
  agentsOnDuty?: number;
  /** Of these, how many hold nothing. */
  agentsIdle?: number;
  /** How long a newcomer would wait, on the channel where that is longest; absent where nobody can tell. */
  expectedWait?: ExpectedWait;
}

/** Another agent to choose. */
export interface Colleague {
  /** Who. */
  agent?: string;
  /** What customers see. */
  title?: string;
  /** What the router says of them. */
  readiness?: Readiness;
  /** What they chose, by the config's name; empty where they are not signed in. */
  presence?: string;
}

/** The whole desk at one place of the outbox. */
export interface Snapshot {
  /** Entries after this follow. */
  sequence?: string;
  /** The agent. */
  agent?: AgentStanding;
  /** Offers that stand. */
  offers?: Offer[];
  /** Assignments and wrap-ups. */
  assignments?: Assignment[];
}

/** Queues and agents as they stand now. */
export interface Figures {
  /** Queues; one that is not named stands as told before. */
  queues?: DirectoryQueue[];
  /** Agents; one that is not named stands as told before. */
  agents?: Colleague[];
}

/** An agent. */
export interface AgentStanding {
  /** Who. */
  agent?: string;
  /** What the router says. */
  readiness?: Readiness;
  /** What they chose, by the config's name. */
  presence?: string;
  /** On which channels offers may come. */
  channels?: Channel[];
  /** What they take when the present work ends; empty for no wish. */
  nextPresence?: string;
  /** Units held. */
  load?: number;
  /** Units they may hold. */
  capacity?: number;
  /** Since when this readiness and presence. */
  since?: string;
}

/** An offer with everything the agent needs to see. */
export interface Offer {
  /** Which. */
  offerId?: string;
  /** Of what (a UUID). */
  interactionId?: string;
  /** Until when, by the server's clock. */
  deadline?: string;
  /** What is known. */
  pop?: ScreenPop;
}

/** An assignment, or its wrap-up. */
export interface Assignment {
  /** What (a UUID). */
  interactionId?: string;
  /** What is known. */
  pop?: ScreenPop;
  /** The end of the transcript, oldest first. */
  messages?: Message[];
  /** When wrap-up ends by itself; absent where it has not begun. */
  wrapUpUntil?: string;
  /** Whether a code must be given. */
  codeRequired?: boolean;
}

/** One entry of the agent's outbox. */
export interface Entry {
  /** Its place: rising by one. Keep the last for `Hello.resume`. */
  sequence?: string;
  /** An interaction is put to the agent. */
  offered?: Offer;
  /** An offer no longer stands. */
  withdrawn?: Withdrawn;
  /** The agent has it. */
  assigned?: Assigned;
  /** The session of an offer or assignment changed: the new pop. */
  updated?: ScreenPop;
  /** A late part of a pop. */
  enriched?: Enriched;
  /** The customer left. */
  customerLeft?: CustomerLeft;
  /** Wrap-up runs. */
  wrapUpBegan?: WrapUpBegan;
  /** Wrap-up is over. */
  wrapUpEnded?: WrapUpEnded;
  /** The agent's own presence, readiness or load changed. */
  agent?: AgentStanding;
  /** A note was added. */
  noted?: Noted;
  /** A message in one of the agent's sessions. */
  message?: SessionMessage;
}

/** An offer no longer stands. */
export interface Withdrawn {
  /** Which. */
  offerId?: string;
  /** Of what (a UUID). */
  interactionId?: string;
  /** Why. */
  reason?: WithdrawReason;
}

/** The agent has it. */
export interface Assigned {
  /** By which offer. */
  offerId?: string;
  /** What (a UUID). */
  interactionId?: string;
  /** Of which session (a UUID). */
  sessionId?: string;
  /** The transcript up to and with this is to be asked for (`list_messages`); what comes after comes by itself. */
  afterMessage?: string;
}

/** A late part of a pop. */
export interface Enriched {
  /** Of which session (a UUID). */
  sessionId?: string;
  /** From which connector. */
  connector?: string;
  /** The part. */
  part?: Enrichment;
}

/** The customer left. */
export interface CustomerLeft {
  /** What (a UUID). */
  interactionId?: string;
  /** How it ended. */
  outcome?: Outcome;
}

/** Wrap-up runs. */
export interface WrapUpBegan {
  /** What (a UUID). */
  interactionId?: string;
  /** Until when, by the server's clock. */
  until?: string;
  /** Whether a code must be given. */
  codeRequired?: boolean;
}

/** Wrap-up is over. */
export interface WrapUpEnded {
  /** What (a UUID). */
  interactionId?: string;
  /** With which code; empty for none. */
  code?: string;
}

/** A note was added. */
export interface Noted {
  /** To which session (a UUID). */
  sessionId?: string;
  /** The note. */
  note?: Note;
}

/** A message in one of the agent's sessions. */
export interface SessionMessage {
  /** Which session (a UUID). */
  sessionId?: string;
  /** The message, with its place in the transcript. */
  message?: Message;
}

/** A command was done. */
export interface Ack {
  /** Which. */
  id?: string;
  /** The place of the outbox after which the command's effects are seen; 0 where it has none there. */
  sequence?: string;
  /** Of `say`. */
  said?: Said;
  /** Of `park`: what to tell the customer. */
  handles?: Handles;
  /** Of `list_messages`. */
  messages?: Messages;
  /** Of `get_directory`. */
  directory?: Directory;
  /** Of `refresh`. */
  refreshed?: Refreshed;
}

/** A message was stored. */
export interface Said {
  /** Its place in the transcript. */
  sequence?: string;
}

/** Ways back for the customer, shown once. */
export interface Handles {
  /** The ways back. */
  handles?: Handle[];
}

/** Messages of a transcript. */
export interface Messages {
  /** The messages, oldest first. */
  messages?: Message[];
}

/** The token was taken. */
export interface Refreshed {
  /** When it ends. */
  expireTime?: string;
}

/** A command was refused. Nothing has changed. */
export interface Error {
  /** Which; empty where the frame had none or could not be read. */
  id?: string;
  /** Why. */
  refusal?: Refusal;
}

/** The customer types, or stopped. */
export interface CustomerTyping {
  /** In which session (a UUID). */
  sessionId?: string;
  /** Who; empty for the customer, otherwise another agent. */
  agent?: string;
  /** Begins or ends. */
  on?: boolean;
}

/** What was said has reached a screen, or was read. */
export interface Receipt {
  /** In which session (a UUID). */
  sessionId?: string;
  /** By whom; empty for the customer, otherwise another agent. */
  agent?: string;
  /** Up to which message. */
  upTo?: string;
  /** Which of the two. */
  kind?: ReceiptKind;
}

/** This node is going away. */
export interface Move {
  /** Come back after so many milliseconds: drawn for this socket, so that not all come at once. */
  reconnectAfterMs?: string;
}

/** The answer to a `ping`. */
export interface Pong {
  /** The server's clock. */
  time?: string;
}
