// How it stands with the agents: the wait told as it is, and what may be done meanwhile.

import { useEffect, useState } from "preact/hooks";
import { span } from "$lib/time";
import type { ExpectedWait, Line } from "$lib/wire/type";
import type { Matter } from "../core/matter";
import { say, tongue } from "../words";
import { Icon, Problem, why } from "./bits";

export function Wait({ m, line, text }: { m: Matter; line: Line; text: string | undefined }) {
  const { phase } = line;
  const [calling, call] = useState(false);
  if (phase?.offered) return <Card title={say.found} text={say.foundWhy} busy />;
  if (phase?.refused) return <Card title={say.refused} />;
  if (phase?.suspended) return <Card title={say.keptPlace} />;
  if (!phase?.waiting) return null;
  if (line.callback) {
    return (
      <Card title={say.willCall} text={say.willCallWhy}>
        <p class="hint">{line.expectedWaitInWords}</p>
        <Leave m={m} />
      </Card>
    );
  }
  return (
    <Card title={say.waiting} text={text}>
      {line.expectedWait && <p class="figure">{range(line.expectedWait)}</p>}
      <p role="status">
        {line.expectedWaitInWords} {line.ahead === undefined ? "" : say.ahead(line.ahead)}
      </p>
      <Since m={m} line={line} />
      {calling ? (
        <Number m={m} onDone={() => call(false)} />
      ) : (
        <div class="side">
          <button type="button" class="plain" onClick={() => call(true)}>
            {say.callInstead}
          </button>
          <Leave m={m} />
        </div>
      )}
    </Card>
  );
}

function Leave({ m }: { m: Matter }) {
  return (
    <button type="button" class="plain" disabled={m.asking} onClick={() => void m.leaveLine()}>
      {say.leaveLine}
    </button>
  );
}

function Card(props: { title: string; text?: string | undefined; busy?: boolean; children?: preact.ComponentChildren }) {
  return (
    <section class="card">
      {props.busy && <span class="spinner" aria-hidden="true" />}
      <h2>{props.title}</h2>
      {props.text && <p>{props.text}</p>}
      {props.children}
    </section>
  );
}

/** How long it has been, by the second. */
function Since({ m, line }: { m: Matter; line: Line }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const beat = setInterval(() => tick((n) => n + 1), 1_000);
    return () => clearInterval(beat);
  }, []);
  return <p class="hint">{say.waited(span(m.now() - Date.parse(line.since ?? "")))}</p>;
}

/** Asks for a number to be called at. */
export function Number({ m, onDone, fresh = false }: { m: Matter; onDone: () => void; fresh?: boolean }) {
  const [number, type] = useState("");
  const [bad, tell] = useState(false);
  const give = async (event: Event) => {
    event.preventDefault();
    // As the house wants it: nothing is begun for a number that it would refuse.
    const whole = number.replace(/[\s()./-]/g, "").replace(/^00/, "+");
    const fits = /^\+\d{7,15}$/.test(whole);
    tell(!fits);
    if (fits && (await (fresh ? m.talk(whole) : m.person(whole)))) onDone();
  };
  return (
    <form class="field" noValidate onSubmit={(event) => void give(event)}>
      <label for="callback">{say.number}</label>
      <input
        id="callback"
        type="tel"
        autocomplete="tel"
        value={number}
        aria-invalid={bad || m.refusal !== undefined}
        aria-describedby="callback-why"
        onInput={(event) => type(event.currentTarget.value)}
      />
      <Problem id="callback-why">{bad ? say.badNumber : why(m.refusal)}</Problem>
      <div class="side">
        <button class="main" disabled={m.asking}>
          <Icon is="call" />
          {say.callMe}
        </button>
        <button type="button" class="plain" onClick={onDone}>
          {say.cancel}
        </button>
      </div>
    </form>
  );
}

/** Half are served by the first figure, nine of ten by the second. */
export function range({ p50Seconds = 0, p90Seconds = 0 }: ExpectedWait): string {
  const minutes = (seconds: number) => Math.max(1, Math.round(seconds / 60));
  const format = new Intl.NumberFormat(tongue, { style: "unit", unit: "minute", unitDisplay: "short" });
  return format.formatRange(minutes(p50Seconds), minutes(p90Seconds));
}
