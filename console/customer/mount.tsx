// Puts the customer's page into an element, as the firm has it.

import { render } from "preact";
import { type House, Matter } from "./core/matter";
import { App } from "./ui/App";
import type { Skin } from "./ui/Home";
import { say, speak } from "./words";

/** What a panel does that a page of its own does not. */
interface Panel {
  close: () => void;
  changed: (m: Matter) => void;
}

/** Shows it, and again whenever something changes. `anew`: where this browser was before is passed over. */
export function show(into: Element, house: House, skin: Skin, panel?: Panel, anew = false): Matter {
  let drawn = false;
  const draw = () => {
    drawn = false;
    // The words follow the session's language, which may be another than the page's.
    void speak(m.view?.session?.language).then((changed) => changed && draw());
    document.title = m.unseen ? `(${m.unseen}) ${say.unread(m.unseen)} · ${skin.name}` : skin.name;
    render(<App m={m} skin={skin} onClose={panel?.close} />, into);
    panel?.changed(m);
  };
  const changed = () => {
    if (!drawn) queueMicrotask(draw);
    drawn = true;
  };
  const m = new Matter(house, changed, anew);
  document.addEventListener("visibilitychange", () => m.look(document.visibilityState === "visible"));
  return m;
}

/** The firm's colour, as any colour of CSS; what is none changes nothing. */
export function paint(accent: string | undefined): void {
  if (accent && CSS.supports("color", accent)) document.documentElement.style.setProperty("--brand", accent);
}
