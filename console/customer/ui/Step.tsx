// What a journey asks now: one question at a time, whatever the kind of step.

import type { Bubble } from "$lib/wire/chat";
import type { Choice, Prompt, StepInput } from "$lib/wire/type";
import type { Matter } from "../core/matter";
import { say } from "../words";
import { Asked, Icon, Problem, Row } from "./bits";
import { Form } from "./Form";

export interface StepProps {
  m: Matter;
  prompt: Prompt;
  bubble: Bubble | undefined;
}

export function Step({ m, prompt, bubble }: StepProps) {
  const { menu, form, say: told, busy, waitOffer, end } = prompt;
  const at = prompt.step ?? "";
  const go = (input: StepInput) => void m.step(input);
  // When the house moves on, whatever was being changed is over.
  if (form) return <Form key={`${at} ${form.currentField}`} m={m} form={form} at={at} />;
  if (menu) {
    return (
      <section class="step">
        <Asked text={menu.ask ?? ""} at={at} />
        <Problem>{menu.misfit?.why}</Problem>
        <Choices all={menu.choices} off={m.asking} onPick={(choose) => go({ choose })} />
      </section>
    );
  }
  if (waitOffer) {
    // The house words the wait, in front of the question.
    const ask = waitOffer.ask ?? "";
    const wait = bubble?.text?.endsWith(ask) ? bubble.text.slice(waitOffer.misfit?.why?.length ?? 0, -ask.length).trim() : "";
    return (
      <section class="step">
        {wait && <p class="lead wait">{wait}</p>}
        <Asked text={ask} at={at} />
        <Problem>{waitOffer.misfit?.why}</Problem>
        <Choices all={waitOffer.choices} off={m.asking} onPick={(choose) => go({ choose })} />
      </section>
    );
  }
  if (told) {
    return (
      <section class="step">
        {told.media?.startsWith("https://") && <img src={told.media} alt="" />}
        <Asked text={told.text ?? ""} at={at} />
        {told.goOn && (
          <button type="button" class="main" disabled={m.asking} onClick={() => go({ goOn: {} })}>
            {say.goOn}
          </button>
        )}
      </section>
    );
  }
  if (busy) return <Busy text={busy.text ?? say.loading} />;
  if (end) {
    return (
      <section class="step card">
        <Icon is="check" />
        <Asked text={end.text ?? ""} at={at} />
        <button type="button" class="main" onClick={() => void m.home()}>
          {say.home}
        </button>
      </section>
    );
  }
  return null;
}

/** Something is under way that changes by itself. */
export function Busy({ text }: { text: string }) {
  return (
    <section class="step busy" role="status">
      <span class="spinner" aria-hidden="true" />
      <p>{text}</p>
    </section>
  );
}

/** Choices as rows to tap. */
export function Choices(props: { all: Choice[] | undefined; off: boolean; onPick: (id: string) => void }) {
  return (
    <ul class="rows">
      {props.all?.map(({ choiceId = "", label = "" }) => (
        <li key={choiceId}>
          <Row title={label} off={props.off} onClick={() => props.onPick(choiceId)} />
        </li>
      ))}
    </ul>
  );
}
