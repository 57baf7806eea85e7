// The start: what may be begun, what was begun, and the code from another device.

import { useEffect, useState } from "preact/hooks";
import { ago } from "$lib/time";
import type { Matter as Listed } from "$lib/wire/type";
import type { Matter } from "../core/matter";
import { say, tongue } from "../words";
import { Problem, Row, why } from "./bits";
import { later } from "./later";

const CodeForm = later(() => import("./States").then(({ CodeForm }) => CodeForm));
const Number = later(() => import("./Talk").then(({ Number }) => Number));

export interface Skin {
  /** The firm's name. */
  name: string;
  /** Its logo's address; empty where there is none. */
  logo: string;
  /** Which journey helps; empty where none does. */
  journey: string;
  /** Whether who comes is signed in, and has matters to list. */
  known: boolean;
}

export function Home({ m, skin }: { m: Matter; skin: Skin }) {
  const [asks, ask] = useState<"code" | "number">();
  useEffect(() => {
    if (skin.known) void m.list();
  }, []);
  if (asks === "code") return <CodeForm m={m} onClose={() => ask(undefined)} />;
  const open = m.matters?.filter(({ standing }) => standing?.active ?? standing?.suspended) ?? [];
  return (
    <section class="step home">
      <h2>{say.hello}</h2>
      <Problem>{asks ? undefined : why(m.refusal)}</Problem>
      {open.length > 0 && (
        <>
          <h3>{say.matters}</h3>
          <ul class="rows">
            {open.map((one) => (
              <li key={one.sessionId}>
                <Row icon="help" title={one.atStep || one.title || say.write} more={where(m, one)} off={m.asking} onClick={() => void m.resume({ sessionId: one.sessionId ?? "" })} />
              </li>
            ))}
          </ul>
        </>
      )}
      <ul class="rows">
        {skin.journey && (
          <li>
            <Row first icon="help" title={say.start} more={say.startWhy} off={m.asking} onClick={() => void m.start(skin.journey)} />
          </li>
        )}
        <li>
          <Row icon="chat" title={say.write} more={say.writeWhy} off={m.asking} onClick={() => void m.talk()} />
        </li>
        <li>
          {asks === "number" ? (
            <Number m={m} fresh onDone={() => ask(undefined)} />
          ) : (
            <Row icon="person" title={say.callback} more={say.callbackWhy} off={m.asking} onClick={() => ask("number")} />
          )}
        </li>
        <li>
          <Row icon="call" title={say.call} more={say.noCalls} off />
        </li>
        <li>
          <Row icon="code" title={say.haveCode} more={say.haveCodeWhy} onClick={() => ask("code")} />
        </li>
      </ul>
    </section>
  );
}

/** What it is about, and since when or where. */
function where(m: Matter, { title, atStep, updateTime, channels }: Listed): string {
  const live = channels?.[0]?.replace("CHANNEL_", "").toLowerCase();
  const when = live ? say.where[live] : ago(Date.parse(updateTime ?? ""), m.now(), tongue);
  return [atStep && title, when].filter(Boolean).join(" · ");
}
