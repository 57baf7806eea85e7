// The talk with an agent: messages in their order, what was said and not yet stored, and where to write.

import { useEffect, useRef, useState } from "preact/hooks";
import { clock } from "$lib/time";
import type { FileBody, Message } from "$lib/wire/type";
import type { Matter } from "../core/matter";
import { say, tongue } from "../words";
import { called, Icon, moment } from "./bits";

export { Number, Wait } from "./Wait";

export function Transcript({ m }: { m: Matter }) {
  const last = m.messages.at(-1);
  const mine = m.messages.findLast((one) => one.speaker?.customer)?.sequence;
  return (
    <div class="talk" role="log" aria-label={say.talk} tabIndex={0}>
      {m.messages.map((one) => (
        <Said key={one.messageId} one={one} mark={one.sequence === mine && !m.unsent.length ? mark(m, one) : undefined} />
      ))}
      {m.unsent.map(({ id, text }) => (
        <div key={id} class="said mine faint">
          <p class="words">{text}</p>
          <p class="by">{say.sending}</p>
        </div>
      ))}
      {last?.body?.quickReplies && (
        <div class="quick">
          {last.body.quickReplies.replies?.map((reply) => (
            <button type="button" key={reply} onClick={() => m.say(reply)}>
              {reply}
            </button>
          ))}
        </div>
      )}
      {m.typing && (
        <p class="typing" role="status">
          <span class="dots" aria-hidden="true" />
          {say.typing(called(m.typing))}
        </p>
      )}
    </div>
  );
}

/** How far what the customer said last has come. */
function mark(m: Matter, one: Message): string {
  const place = Number(one.sequence);
  if (m.read >= place) return say.read;
  return m.delivered >= place ? say.delivered : say.sent;
}

function Said({ one, mark }: { one: Message; mark: string | undefined }) {
  const { speaker, body, time = "" } = one;
  if (body?.notice) {
    const text = notice(body.notice.key, body.notice.args);
    return text ? <p class="notice">{text}</p> : null;
  }
  const agent = speaker?.agent?.agent;
  return (
    <div class={agent ? "said" : "said mine"}>
      {body?.file ? <File file={body.file} /> : <p class="words">{body?.text?.text ?? body?.quickReplies?.text}</p>}
      <p class="by">
        {agent ? called(agent) : <span class="unseen">{say.you}</span>}{" "}
        <time dateTime={time} title={moment(time)}>
          {clock(Date.parse(time), tongue)}
        </time>
        {mark && ` · ${mark}`}
      </p>
    </div>
  );
}

function File({ file }: { file: FileBody }) {
  const size = Number(file.size ?? 0);
  const format = new Intl.NumberFormat(tongue, { style: "unit", unit: size < 1e6 ? "kilobyte" : "megabyte", maximumFractionDigits: 1 });
  const link = file.url?.startsWith("https://") ? { href: file.url, target: "_blank", rel: "noopener noreferrer" } : {};
  return (
    <a class="words file" {...(link as object)}>
      <Icon is="file" />
      <span>
        {file.name}
        {size > 0 && <small>{format.format(size / (size < 1e6 ? 1e3 : 1e6))}</small>}
      </span>
    </a>
  );
}

/** A notice of the house in the page's words; those that say nothing to a customer are left out. */
function notice(key: string | undefined, args: Record<string, string> = {}): string | undefined {
  if (key === "agent_joined") return say.joined(called(args.agent));
  if (key === "agent_left") return say.left(called(args.agent));
  if (key === "transferred") return say.transferred;
  if (key === "resumed") return say.resumed;
  if (key === "suspended") return say.suspended;
  if (key === "expiring") return say.expiring;
  if (key === "not_routed") return say.refused;
  return undefined;
}

export function Composer({ m }: { m: Matter }) {
  const [text, type] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => m.hush, []);
  const send = (event: Event) => {
    event.preventDefault();
    if (!text.trim()) return;
    m.say(text.trim());
    type("");
    area.current?.focus();
  };
  return (
    <form class="composer" onSubmit={send}>
      <textarea
        ref={area}
        rows={1}
        maxLength={4_000}
        aria-label={say.message}
        placeholder={say.message}
        value={text}
        onInput={(event) => {
          type(event.currentTarget.value);
          m.types();
        }}
        onKeyDown={(event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && send(event)}
      />
      <button class="round" aria-label={say.send} title={say.send}>
        <Icon is="send" />
      </button>
    </form>
  );
}
