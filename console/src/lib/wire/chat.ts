// Made from the files under proto/segue by a test; do not edit. Protobuf JSON leaves out what has its default.

import type {
  Channel,
  Durability,
  Handle,
  HandleKind,
  Line,
  Matter,
  Message,
  MessageBody,
  Refusal,
  SessionView,
  StepInput,
} from "./type";

/** One frame of the page. The first is `hello`. */
export interface ClientFrame {
  /** Names the command (a UUID drawn by the page). The answer, `ack` or `error`, carries it. The same id with the same content answers the same and changes nothing again. Needed for everything but `typing`, `read` and `ping`. */
  id?: string;
  /** Who is it. First, and once. */
  hello?: Hello;
  /** A fresh token for this socket: prolongs it, or signs a visitor in. */
  refresh?: Refresh;
  /** Begins a session. */
  start?: Start;
  /** Comes back into a suspended session. */
  resume?: Resume;
  /** Joins a live session as one more leg. */
  attach?: Attach;
  /** Does something at the journey's present step. */
  step?: StepInput;
  /** Says something. */
  say?: Say;
  /** Types, or stopped. Not answered. */
  typing?: Typing;
  /** Has read. Not answered. */
  read?: Read;
  /** Stops here, to be resumed anywhere. */
  suspend?: Suspend;
  /** Asks for a person, whatever the journey says next. */
  askForPerson?: AskForPerson;
  /** Leaves the line without suspending. */
  leaveLine?: LeaveLine;
  /** Ends the session on purpose. */
  close?: Close;
  /** Lists the open matters of a signed-in customer. */
  listMatters?: ListMatters;
  /** Asks for a way back into the session. */
  createHandle?: CreateHandle;
  /** Agrees to something, or takes that back. */
  setConsent?: SetConsent;
  /** Ends this leg on purpose. The last one to end suspends the session. */
  leave?: Leave;
  /** Asks for a `pong`: for pages, which cannot send WebSocket pings. */
  ping?: Ping;
}

/** Who is it. */
export interface Hello {
  /** The version of this protocol: 1. */
  protocol?: number;
  /** A token (JWT) of the tenant's issuer, with the role `app`: at most 8 KB. */
  token?: string;
  /** A one-use ticket: at most 8 KB. */
  ticket?: string;
  /** The key of a web-chat widget, for a visitor who has not signed in: at most 128 bytes. */
  widget?: string;
  /** Where this page was, after a socket was lost. */
  resume?: Resumption;
  /** Names this browser: at most 128 bytes, drawn and kept by the page as a secret. A visitor's session comes back to the same device only, and a token that names a device holds for that one only. Empty: `Welcome.device` names one to keep. */
  device?: string;
  /** In which language (BCP 47), at most 35 bytes; empty for the token's, or the tenant's first. */
  language?: string;
  /** As what the page comes: `CHANNEL_CHAT` (or unspecified), or `CHANNEL_APP` for a page that is the firm's app, which only who has signed in may say. It is the channel of the page's legs. */
  channel?: Channel;
}

/** Where a page was. */
export interface Resumption {
  /** In which session (a UUID). */
  sessionId?: string;
  /** As which leg (a UUID). */
  legId?: string;
  /** The last message it has shown. */
  lastMessage?: string;
  /** The version of the last view it has shown. */
  version?: string;
  /** The version of the last line it has shown. */
  routingVersion?: string;
}

/** A fresh token. */
export interface Refresh {
  /** The token (JWT): the same person as before, or, for a visitor, the person they turn out to be. At most 8 KB. */
  token?: string;
}

/** Begins a session. Answered by `ack` with `attached`. */
export interface Start {
  /** Through which journey, at most 128 bytes; empty for a plain chat. */
  journey?: string;
  /** What the page says without a signature: at most 64 values, 16 KB in all. Never used for priority or history. */
  claimed?: Record<string, unknown>;
}

/** Comes back into a suspended session. Exactly one claim wins; the others get `ALREADY_RESUMED`, whose metadata tells where it is live. Answered by `ack` with `attached`. */
export interface Resume {
  /** As the session's signed-in customer: which session (a UUID). */
  sessionId?: string;
  /** By a link's token, at most 1 KB. */
  linkToken?: string;
  /** By a code of 6 to 8 digits. Tries are counted. */
  code?: string;
}

/** Joins a live session. Answered by `ack` with `attached`. */
export interface Attach {
  /** As the session's signed-in customer: which session (a UUID). */
  sessionId?: string;
  /** By a link's token, at most 1 KB. */
  linkToken?: string;
  /** By a code of 6 to 8 digits. Tries are counted. */
  code?: string;
  /** Ends the session's other legs: the customer goes on here alone. */
  moveHere?: boolean;
}

/** Says something. Answered by `ack` with `said`, when it is stored. */
export interface Say {
  /** What is said: a text or a file. A quick reply is sent as text. */
  body?: MessageBody;
}

/** Types, or stopped. */
export interface Typing {
  /** Begins or ends. */
  on?: boolean;
}

/** Has read. */
export interface Read {
  /** Up to which message. */
  upTo?: string;
}

/** Stops here. Answered by `ack` with `handles`, when it is stored. */
export interface Suspend {
  /** Ways back that are wanted: at most one of each kind, `HANDLE_KIND_LINK` or `HANDLE_KIND_CODE`. Empty: none, except that who has not signed in is given both. */
  handleKinds?: HandleKind[];
}

/** Asks for a person. */
export interface AskForPerson {
  /** Call this number instead of waiting here, at most 32 bytes, best in E.164; empty to wait here. The place is kept. */
  callbackNumber?: string;
}

/** Leaves the line. */
export type LeaveLine = Record<string, never>;

/** Ends the session on purpose. */
export interface Close {
  /** How it ended, for the records: at most 128 bytes; empty for `closed`. */
  outcome?: string;
}

/** Lists open matters. Answered by `ack` with `matters`. */
export interface ListMatters {
  /** How many at most: 0 for 20; more than 100 counts as 100. */
  pageSize?: number;
  /** Where to go on: `next_page_token` of the page before, at most 1 KB; empty for the first page. */
  pageToken?: string;
}

/** Asks for a way back. Answered by `ack` with `handles`. */
export interface CreateHandle {
  /** What kind: `HANDLE_KIND_LINK` or `HANDLE_KIND_CODE`. */
  kind?: HandleKind;
  /** On which channels it may be used; empty for all. */
  channels?: Channel[];
}

/** Agrees to something, or takes that back. */
export interface SetConsent {
  /** To what, 1 to 128 bytes: `recording`, `marketing`, `callback` … */
  purpose?: string;
  /** Yes, or no (taken back). */
  given?: boolean;
}

/** Ends this leg on purpose. */
export type Leave = Record<string, never>;

/** Asks for a `pong`. */
export type Ping = Record<string, never>;

/** Kinds of receipts. */
export type ReceiptKind =
  | "RECEIPT_KIND_UNSPECIFIED"
  | "RECEIPT_KIND_DELIVERED"
  | "RECEIPT_KIND_READ";

/** One frame of the house. */
export interface ServerFrame {
  /** The hello was understood. First. */
  welcome?: Welcome;
  /** A command was done. */
  ack?: Ack;
  /** A command was refused, or a frame could not be read. The socket stays open. */
  error?: Error;
  /** How the session stands, whole, with what is asked now as a chat shows it. */
  view?: View;
  /** How it stands with the agents has changed, and nothing else. */
  line?: LineChanged;
  /** A message of the transcript. In order, each once. */
  message?: Message;
  /** An agent types, or stopped. Not kept: a slow socket misses some. */
  typing?: AgentTyping;
  /** What was said has reached an agent's screen, or was read. Not kept: a slow socket misses some. */
  receipt?: Receipt;
  /** Come back in a while on a new socket: this node is going away. The close follows. */
  move?: Move;
  /** The answer to a `ping`. */
  pong?: Pong;
}

/** The hello was understood. */
export interface Welcome {
  /** The version of the protocol that is spoken. */
  protocol?: number;
  /** The server's clock. */
  time?: string;
  /** When the token ends. Send `refresh` before; otherwise the socket closes with 4006. */
  expireTime?: string;
  /** Set where the page's leg is attached again. A `view` and the messages it has missed follow. */
  resumed?: Attached;
  /** Why the page's leg could not come back, where it asked for it. */
  notResumed?: Refusal;
  /** Limits in force. */
  limits?: Limits;
  /** Names this browser. Keep it for the next `Hello.device`. */
  device?: string;
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

/** This socket is a leg of a session now. */
export interface Attached {
  /** Of which session (a UUID). */
  sessionId?: string;
  /** The leg (a UUID). Keep both for `Hello.resume`. */
  legId?: string;
}

/** A command was done. */
export interface Ack {
  /** Which. */
  id?: string;
  /** What this acknowledgement is worth; unspecified where nothing was stored. */
  durability?: Durability;
  /** Whether the command was done at a former time, and this is its answer of then. */
  repeat?: boolean;
  /** Of `start`, `resume` and `attach`. */
  attached?: Attached;
  /** Of `say`. */
  said?: Said;
  /** Of `suspend` and `create_handle`. */
  handles?: Handles;
  /** Of `list_matters`. */
  matters?: Matters;
  /** Of `refresh`. */
  refreshed?: Refreshed;
}

/** A message was stored. */
export interface Said {
  /** Its place in the transcript. */
  sequence?: string;
}

/** Ways back, shown once. */
export interface Handles {
  /** The ways back. */
  handles?: Handle[];
}

/** Open matters. */
export interface Matters {
  /** The matters, the last change first. One that changes between two pages may be on none or on both. */
  matters?: Matter[];
  /** Where the next page begins; empty at the end. */
  nextPageToken?: string;
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

/** How the session stands. */
export interface View {
  /** The session, with the neutral form of its prompt. */
  session?: SessionView;
  /** The prompt as a chat shows it; absent where nothing is asked or said. */
  bubble?: Bubble;
}

/** A prompt as a chat shows it: a text with answers to tap, or one field at a time. */
export interface Bubble {
  /** At which step of the journey; a bubble of the same step replaces the one before. */
  step?: string;
  /** The text: what did not fit about the last answer, if anything, and what is asked or said. */
  text?: string;
  /** The same for pages without buttons: with its answers numbered. What is typed then goes out as `step.typed`. */
  numberedText?: string;
  /** Answers to tap, in order. */
  replies?: QuickReply[];
  /** An image or a sound by reference; empty where there is none. */
  media?: string;
  /** What is typed next is secret: hide it. */
  masked?: boolean;
  /** The field that is asked for; empty where none is. What is typed is for it. `View.session` has the whole form. */
  fieldId?: string;
  /** Whether this changes by itself: show that something is going on. */
  busy?: boolean;
  /** Whether the journey is over with this bubble. */
  final?: boolean;
}

/** An answer to tap. */
export interface QuickReply {
  /** What it says. */
  label?: string;
  /** What may be typed instead. */
  typed?: string;
  /** What to send as `step` when it is tapped. */
  input?: StepInput;
}

/** How it stands with the agents has changed. */
export interface LineChanged {
  /** Of which session (a UUID). */
  sessionId?: string;
  /** The version of this; whoever has shown a newer one ignores it. */
  routingVersion?: string;
  /** How it stands; absent where the session is not in a line any more. */
  line?: Line;
}

/** An agent types, or stopped. */
export interface AgentTyping {
  /** Which agent. */
  agent?: string;
  /** Begins or ends. */
  on?: boolean;
}

/** What was said has reached an agent's screen, or was read. */
export interface Receipt {
  /** By which agent. */
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
