// The whole page, on a telephone or in a panel of a site: which screen it is, and what is always in reach.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Matter } from "../core/matter";
import { say } from "../words";
import { called, Icon, Problem, why } from "./bits";
import { Home, type Skin } from "./Home";
import { later } from "./later";
import { Busy, Step } from "./Step";

const Composer = later(() => import("./Talk").then(({ Composer }) => Composer));
const Transcript = later(() => import("./Talk").then(({ Transcript }) => Transcript));
const Wait = later(() => import("./Talk").then(({ Wait }) => Wait));
const Live = later(() => import("./States").then(({ Live }) => Live));
const Over = later(() => import("./States").then(({ Over }) => Over));
const Paused = later(() => import("./States").then(({ Paused }) => Paused));
const Shut = later(() => import("./States").then(({ Shut }) => Shut));
const WaysDialog = later(() => import("./States").then(({ WaysDialog }) => WaysDialog));

interface AppProps {
  m: Matter;
  skin: Skin;
  /** Where there is something to close: the panel of a site. */
  onClose?: (() => void) | undefined;
}

export function App({ m, skin, onClose }: AppProps) {
  const [ways, show] = useState(false);
  const session = m.view?.session;
  const { standing, line } = m;
  const active = session?.standing?.active !== undefined && !m.elsewhere && standing.is !== "over";
  const agent = line?.phase?.assigned?.agent;
  const prompt = session?.prompt;
  const waiting = line?.phase?.waiting ?? line?.phase?.offered;
  const talking = active && (agent !== undefined || waiting !== undefined);
  const asked = active && (prompt?.menu ?? prompt?.form ?? prompt?.say ?? prompt?.waitOffer) !== undefined;
  const lost = m.reached && standing.is !== "open" && standing.is !== "over";
  return (
    <div class="shell">
      <header class="head">
        {asked && (
          <button type="button" class="round" aria-label={say.back} title={say.back} disabled={m.asking} onClick={() => void m.step({ goBack: {} })}>
            <Icon is="back" />
          </button>
        )}
        {skin.logo && <img src={skin.logo} alt="" />}
        <h1>
          {skin.name}
          {active && agent && <small>{say.with(called(agent))}</small>}
        </h1>
        {onClose && (
          <button type="button" class="round" aria-label={say.close} title={say.close} onClick={onClose}>
            <Icon is="close" />
          </button>
        )}
      </header>
      {lost && (
        <p class="banner" role="status">
          <Icon is="alert" />
          {say.offline}
        </p>
      )}
      <main>
        <Screen m={m} skin={skin} />
      </main>
      {active && (
        <footer>
          {talking && <Composer m={m} />}
          <nav>
            {!talking && !prompt?.end && (
              <button type="button" class="plain" disabled={m.asking} onClick={() => void m.person()}>
                <Icon is="person" />
                {say.person}
              </button>
            )}
            <button type="button" class="plain" onClick={() => show(true)}>
              <Icon is="device" />
              {say.elsewhere}
            </button>
          </nav>
        </footer>
      )}
      {active && ways && <WaysDialog m={m} onClose={() => show(false)} />}
    </div>
  );
}

function Screen({ m, skin }: { m: Matter; skin: Skin }) {
  const session = m.view?.session;
  if (m.standing.is === "over") return <Shut m={m} code={m.standing.code} known={skin.known} />;
  if (m.elsewhere) return <Live m={m} />;
  if (session?.standing?.closed ?? session?.standing?.expired) return <Over m={m} />;
  if (m.paused) return <Paused m={m} />;
  if (session) return <Inside m={m} />;
  if (m.inside || !m.reached) return <Busy text={say.loading} />;
  return <Home m={m} skin={skin} />;
}

/** In a live session: the talk where there was any, how the line stands, and what is asked. */
function Inside({ m }: { m: Matter }) {
  const prompt = m.view?.session?.prompt;
  const end = useRef<HTMLDivElement>(null);
  const talked = m.messages.some(({ speaker }) => speaker?.agent ?? speaker?.customer) || m.unsent.length > 0;
  const last = m.messages.at(-1)?.sequence;
  useEffect(() => {
    if (talked) end.current?.scrollIntoView({ block: "end" });
    m.seen();
  }, [last, m.unsent.length, m.typing]);
  const over = m.line?.phase?.ended ?? m.line?.phase?.wrappingUp;
  const asks = prompt && !prompt.line && !(over && prompt.end);
  const step = asks && <Step m={m} prompt={prompt} bubble={m.view?.bubble} />;
  return (
    <>
      {m.line && <Wait m={m} line={m.line} text={prompt?.line?.text} />}
      {talked && step ? (
        <details class="card" open>
          <summary>{say.asked}</summary>
          {step}
        </details>
      ) : (
        step
      )}
      {(talked || m.line?.phase?.assigned) && <Transcript m={m} />}
      {(over || (!prompt && !m.line)) && !asks && (
        <section class="card">
          <h2>{over && talked ? say.finished : say.hello}</h2>
          <Problem>{why(m.refusal)}</Problem>
          <div class="side">
            <button type="button" class="main" disabled={m.asking} onClick={() => void m.close()}>
              {say.finish}
            </button>
            <button type="button" class="second" disabled={m.asking} onClick={() => void m.person()}>
              {over ? say.again : say.person}
            </button>
          </div>
        </section>
      )}
      <div ref={end} />
    </>
  );
}
