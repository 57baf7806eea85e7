// A form: the field that is asked, how far one is, and what was answered before, which may be changed.

import type { InputHTMLAttributes } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Field as Asks, FieldKind, FormPrompt } from "$lib/wire/type";
import type { Matter } from "../core/matter";
import { say } from "../words";
import { Asked, Problem } from "./bits";
import { Choices } from "./Step";

export function Form({ m, form, at }: { m: Matter; form: FormPrompt; at: string }) {
  const [changing, change] = useState<string>();
  const [sent, send] = useState<string>();
  const version = m.view?.session?.version;
  const fields = form.fields ?? [];
  const wanted = changing ?? form.currentField;
  const field = fields.find((one) => one.fieldId === wanted);
  const told = fields.filter((one) => one.value !== undefined && one !== field);
  const title = form.title?.split("\n\n") ?? [];
  // A change is over when the house has taken it, which the next view tells.
  useEffect(() => {
    if (sent !== undefined && sent !== version && form.misfit?.fieldId !== changing) change(undefined);
  }, [version]);
  const fill = (value: string) => {
    send(version);
    return m.step({ fill: { fieldId: wanted ?? "", value } });
  };
  const skip = () => (changing ? fill("") : m.step({ goOn: {} }));
  return (
    <section class="step">
      {title.slice(0, -1).map((part) => (
        <p class="lead">{part}</p>
      ))}
      <div class="progress">
        <p>{title.at(-1)}</p>
        {field && <p>{say.question(fields.indexOf(field) + 1, fields.length)}</p>}
        <progress aria-hidden="true" max={fields.length} value={field ? fields.indexOf(field) : fields.length} />
      </div>
      {form.confirm && !changing && <Asked text={say.confirm} at={at} />}
      {form.misfit && !form.misfit.fieldId && <Problem>{form.misfit.why}</Problem>}
      {field && (
        <Field
          key={wanted}
          field={field}
          off={m.asking}
          problem={form.misfit?.fieldId === field.fieldId ? form.misfit?.why : undefined}
          onFill={(value) => void fill(value)}
          onSkip={field.optional ? () => void skip() : undefined}
          onKeep={field.value === undefined ? undefined : changing ? () => change(undefined) : () => void m.step({ goOn: {} })}
        />
      )}
      {told.length > 0 && (
        <div class="told">
          <h3>{say.told}</h3>
          <dl>
            {told.map((one) => (
              <div key={one.fieldId}>
                <dt>{one.ask}</dt>
                <dd>
                  <span class="grow">
                    {one.value}
                    {one.known && <small>{say.knew}</small>}
                  </span>
                  <button type="button" class="plain" onClick={() => change(one.fieldId)}>
                    {say.change}
                    <span class="unseen">: {one.ask}</span>
                  </button>
                </dd>
              </div>
            ))}
          </dl>
        </div>
      )}
      {form.confirm && !changing && (
        <button type="button" class="main" disabled={m.asking} onClick={() => void m.step({ goOn: {} })}>
          {say.yes}
        </button>
      )}
    </section>
  );
}

/** How a kind of field is typed. What fits is the house's to say. */
const TYPED: Partial<Record<FieldKind, InputHTMLAttributes<HTMLInputElement>>> = {
  FIELD_KIND_NUMBER: { inputMode: "decimal" },
  FIELD_KIND_MONEY: { inputMode: "decimal" },
  FIELD_KIND_DATE: { type: "date" },
  FIELD_KIND_PHONE: { type: "tel", autocomplete: "tel" },
  // Not of type email: what an address may be, the house decides, and its words say why not.
  FIELD_KIND_EMAIL: { inputMode: "email", autocomplete: "email" },
  FIELD_KIND_DIGITS: { inputMode: "numeric" },
  FIELD_KIND_SECRET: { type: "password", autocomplete: "off" },
};

interface FieldProps {
  field: Asks;
  off: boolean;
  problem: string | undefined;
  onFill: (value: string) => void;
  onSkip: (() => void) | undefined;
  onKeep: (() => void) | undefined;
}

function Field({ field, off, problem, onFill, onSkip, onKeep }: FieldProps) {
  const { kind = "FIELD_KIND_TEXT", ask = "", hint, value, choices } = field;
  const secret = kind === "FIELD_KIND_SECRET" || field.sensitivity === "SENSITIVITY_SECRET";
  const date = kind === "FIELD_KIND_DATE";
  const [typed, type] = useState(date || secret ? "" : (value ?? ""));
  const [missing, miss] = useState(false);
  const [bare, show] = useState(false);
  const [id, input] = [useId(), useRef<HTMLInputElement>(null)];
  const picks = kind === "FIELD_KIND_CHOICE" || kind === "FIELD_KIND_YES_NO";
  useEffect(() => input.current?.focus(), [problem]);
  const told = problem ?? (missing ? say.required : undefined);
  const others = (
    <div class="side">
      {onKeep && (
        <button type="button" class="plain" disabled={off} onClick={onKeep}>
          {say.keep(value ?? "")}
        </button>
      )}
      {onSkip && (
        <button type="button" class="plain" disabled={off} onClick={onSkip}>
          {say.skip}
        </button>
      )}
    </div>
  );
  if (picks) {
    return (
      <div class="field">
        <Asked text={ask} at={id} />
        {hint && <p class="hint">{hint}</p>}
        <Problem>{problem}</Problem>
        <Choices all={choices} off={off} onPick={onFill} />
        {others}
      </div>
    );
  }
  const give = (event: Event) => {
    event.preventDefault();
    if (typed.trim()) onFill(typed.trim());
    else if (onSkip) onSkip();
    else {
      miss(true);
      input.current?.focus();
    }
  };
  return (
    <form class="field" noValidate onSubmit={give}>
      <h2>
        <label for={id}>{ask}</label>
      </h2>
      {hint && (
        <p class="hint" id={`${id}h`}>
          {hint}
        </p>
      )}
      <div class="typed">
        <input
          id={id}
          ref={input}
          autocomplete="off"
          {...(TYPED[kind] as object)}
          {...(secret && bare ? { type: "text" } : {})}
          value={typed}
          aria-invalid={told !== undefined}
          aria-describedby={`${id}h ${id}p`}
          onInput={(event) => {
            type(event.currentTarget.value);
            miss(false);
          }}
        />
        {secret && (
          <button type="button" class="plain" aria-pressed={bare} onClick={() => show(!bare)}>
            {bare ? say.hide : say.show}
          </button>
        )}
        {date && (
          <button type="button" class="plain" disabled={off} onClick={() => onFill(today())}>
            {say.today}
          </button>
        )}
      </div>
      <Problem id={`${id}p`}>{told}</Problem>
      <button class="main" disabled={off}>
        {say.goOn}
      </button>
      {others}
    </form>
  );
}

/** The day where the customer is. */
function today(): string {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
}
