// Small things that several screens are made of.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Refusal } from "$lib/wire/type";
import { say, tongue } from "../words";

/** Strokes of the icons, on a grid of 24. */
const STROKES = {
  back: "M15 5l-7 7 7 7",
  on: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6L6 18",
  help: "M5 5h14v11h-8l-4 4v-4H5z",
  chat: "M5 5h14v11h-8l-4 4v-4H5zM9 10.5h6",
  call: "M6 4h3l1.5 4.5-2 1.5a11 11 0 0 0 5.500 5.500l1.500-2 4.500 1.500v3a2 2 0 0 1-2 2A15 15 0 0 1 4 6a2 2 0 0 1 2-2z",
  device: "M4 5h11v4M4 5v10h7M8 19h3M14 11h6v9h-6zM16.500 17.500h1",
  code: "M5 8h2v8M4 16h5M12 9.500a2 2 0 1 1 3.500 1.300L12 16h4M19 8v8",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20c.500-4 3.500-5.500 7-5.500s6.500 1.500 7 5.500",
  send: "M4 12l16-7-5 15-3-6zM12 14l8-9",
  check: "M5 13l4 4L19 7",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  alert: "M12 8v5M12 16.500v.010M12 3l9.500 17H2.500z",
};

export function Icon({ is }: { is: keyof typeof STROKES }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={STROKES[is]} />
    </svg>
  );
}

/** Texts of journeys: an empty line parts paragraphs, and what is asked stands last. */
export function Asked({ text, at }: { text: string; at: string }) {
  const parts = text.split("\n\n");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Who is writing goes on writing.
    if (document.activeElement?.tagName === "TEXTAREA") heading.current?.scrollIntoView();
    else heading.current?.focus();
  }, [at]);
  return (
    <>
      {parts.slice(0, -1).map((part) => (
        <p class="lead">{part}</p>
      ))}
      <h2 ref={heading} tabIndex={-1}>
        {parts.at(-1)}
      </h2>
    </>
  );
}

/** Something does not fit, or did not work. */
export function Problem({ id, children }: { id?: string; children: ComponentChildren }) {
  if (!children) return null;
  return (
    <p class="problem" id={id} role="alert">
      <Icon is="alert" />
      <span>{children}</span>
    </p>
  );
}

/** A refusal in the page's words. */
export function why(refusal: Refusal | undefined): string | undefined {
  const reason = refusal?.reason;
  if (!reason) return undefined;
  if (reason === "HANDLE_INVALID") return say.badHandle;
  if (reason === "TOO_MANY_ATTEMPTS") return say.tries;
  if (reason === "ASSURANCE_TOO_LOW") return say.prove;
  if (reason === "SESSION_EXPIRED") return say.expiredWhy;
  if (reason === "SESSION_CLOSED") return say.over;
  if (reason === "LIMIT_EXCEEDED") return say.tooLong;
  return say.failed;
}

/** A row to tap: the largest targets of a screen. */
export function Row(props: { icon?: keyof typeof STROKES; title: string; more?: string; off?: boolean; first?: boolean; onClick?: () => void }) {
  return (
    <button type="button" class={props.first ? "row first" : "row"} aria-disabled={props.off} onClick={() => props.off || props.onClick?.()}>
      {props.icon && <Icon is={props.icon} />}
      <span class="grow">
        {props.title}
        {props.more && <small>{props.more}</small>}
      </span>
      {!props.off && <Icon is="on" />}
    </button>
  );
}

/** A day and a time, as short as it is clear. */
export function moment(time: string | undefined): string {
  return time ? new Date(time).toLocaleString(tongue, { dateStyle: "medium", timeStyle: "short" }) : "";
}

/** A name of the wire as a name of a person. */
export function called(agent: string | undefined): string {
  return agent ? agent[0]!.toLocaleUpperCase(tongue) + agent.slice(1) : "";
}
