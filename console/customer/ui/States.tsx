// Where nothing can be asked: saved for later, over, live elsewhere, in another tab, or not let in. Each says what is the
// matter, and what to do.

import { useEffect, useRef } from "preact/hooks";
import type { SuspendCause } from "$lib/wire/type";
import type { Matter } from "../core/matter";
import { say } from "../words";
import { Icon, moment, Problem, why } from "./bits";
import { Ways } from "./Ways";

export { CodeForm, WaysDialog } from "./Ways";

const PAUSED: Partial<Record<SuspendCause, () => string>> = {
  SUSPEND_CAUSE_IDLE: () => say.pausedIdle,
  SUSPEND_CAUSE_PARKED: () => say.pausedParked,
  SUSPEND_CAUSE_DROPPED: () => say.pausedLost,
  SUSPEND_CAUSE_NODE_LOST: () => say.pausedLost,
};

export function Paused({ m }: { m: Matter }) {
  const suspended = m.view?.session?.standing?.suspended;
  const notice = m.view?.session?.prompt?.say?.text;
  const cause = suspended?.cause && PAUSED[suspended.cause];
  return (
    <State icon="check" title={say.paused} text={notice ?? cause?.() ?? say.pausedAsked}>
      <Ways m={m} />
      {suspended?.interactionId && <p>{say.keptPlace}</p>}
      {suspended && !m.ways.length && <p class="hint">{say.pausedUntil(moment(suspended.resumableUntil))}</p>}
      <Problem>{why(m.refusal)}</Problem>
      <Do text={say.here} off={m.asking} act={() => void m.goOn()} />
      <Do text={say.home} second off={m.asking} act={() => void m.home()} />
    </State>
  );
}

export function Over({ m }: { m: Matter }) {
  const expired = m.view?.session?.standing?.expired !== undefined;
  return (
    <State icon="check" title={expired ? say.expired : say.over} text={expired ? say.expiredWhy : say.overWhy}>
      <Do text={say.anew} off={m.asking} act={() => void m.home()} />
    </State>
  );
}

export function Live({ m }: { m: Matter }) {
  return (
    <State icon="device" title={say.live} text={say.where[m.elsewhere?.channel ?? ""]}>
      <Problem>{why(m.refusal)}</Problem>
      <Do text={say.move} off={m.asking} act={() => void m.bring(true)} />
      <Do text={say.both} second off={m.asking} act={() => void m.bring(false)} />
      <Do text={say.leaveThere} second off={m.asking} act={() => m.stay()} />
    </State>
  );
}

/** The page is not let in, or not any more. */
export function Shut({ m, code, known }: { m: Matter; code: number; known: boolean }) {
  const [title, text] =
    code === 4007 ? [say.otherTab, say.otherTabWhy] : code === 4003 && known ? [say.signedOut, say.signedOutWhy] : [say.closed, say.closedWhy];
  return (
    <State icon={code === 4007 ? "device" : "alert"} title={title} text={text}>
      <Do text={code === 4007 ? say.here : say.tryAgain} off={false} act={() => m.again()} />
    </State>
  );
}

function Do({ text, act, off, second = false }: { text: string; act: () => void; off: boolean; second?: boolean }) {
  return (
    <button type="button" class={second ? "second" : "main"} disabled={off} onClick={act}>
      {text}
    </button>
  );
}

function State(props: { icon: "check" | "device" | "alert"; title: string; text: string | undefined; children: preact.ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [props.title]);
  return (
    <section class="step standing">
      <Icon is={props.icon} />
      <h2 ref={heading} tabIndex={-1}>
        {props.title}
      </h2>
      {props.text && <p>{props.text}</p>}
      {props.children}
    </section>
  );
}
