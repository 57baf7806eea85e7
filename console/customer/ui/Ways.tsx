// "Continue on another device": the link as a QR code and to copy, and the code to type.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Matter } from "../core/matter";
import { say } from "../words";
import { Icon, moment, Problem, why } from "./bits";

/** The ways back that were given out. */
export function Ways({ m }: { m: Matter }) {
  const link = m.way("HANDLE_KIND_LINK");
  const code = m.way("HANDLE_KIND_CODE");
  const [copied, copy] = useState(false);
  return (
    <>
      {link?.url && <Qr text={link.url} />}
      {code?.value && (
        <p class="code">
          <small>{say.code}</small>
          <output>{code.value.replace(/(\d{3,4})(?=\d{3,4}$)/, "$1 ")}</output>
        </p>
      )}
      {link?.url && (
        <button
          type="button"
          class="plain"
          onClick={() => void navigator.clipboard.writeText(link.url ?? "").then(() => copy(true), () => copy(false))}
        >
          {copied ? say.copied : say.copy}
        </button>
      )}
      <p class="unseen" role="status">
        {copied && say.copied}
      </p>
      {(link ?? code) && <p class="hint">{say.until(moment((link ?? code)?.expireTime))}</p>}
    </>
  );
}

/** A QR code, drawn as one path. What draws it is loaded when it is first wanted. */
function Qr({ text }: { text: string }) {
  const [drawn, draw] = useState<{ size: number; path: string }>();
  useEffect(() => {
    void import("uqr").then(({ encode }) => {
      const { data, size } = encode(text, { ecc: "M", border: 3 });
      const path = data.flatMap((line, y) => line.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
      draw({ size, path });
    });
  }, [text]);
  if (!drawn) return <div class="qr" />;
  return (
    <svg class="qr" viewBox={`0 0 ${drawn.size} ${drawn.size}`} role="img" aria-label={say.scan}>
      <path d={drawn.path} />
    </svg>
  );
}

/** The same above the page, without stopping; and with a way to stop. */
export function WaysDialog({ m, onClose }: { m: Matter; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    void m.giveWays();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="ways" onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()}>
      <div class="ways">
        <header>
          <h2 id="ways">{say.elsewhere}</h2>
          <button type="button" class="round" aria-label={say.close} onClick={onClose}>
            <Icon is="close" />
          </button>
        </header>
        <p>{say.elsewhereHow}</p>
        <Ways m={m} />
        <Problem>{why(m.refusal)}</Problem>
        <button type="button" class="second" disabled={m.asking} onClick={() => void m.suspend().then((done) => done && onClose())}>
          {say.stop}
        </button>
      </div>
    </dialog>
  );
}

/** Where a code from another device is typed. */
export function CodeForm({ m, onClose }: { m: Matter; onClose: () => void }) {
  const [code, type] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const digits = code.replace(/\D/g, "");
  const give = (event: Event) => {
    event.preventDefault();
    if (digits.length >= 6 && digits.length <= 8) void m.resume({ code: digits });
    else input.current?.focus();
  };
  return (
    <form class="field step" noValidate onSubmit={give}>
      <h2>
        <label for="code">{say.typeCode}</label>
      </h2>
      <p class="hint" id="code-how">
        {say.digits}
      </p>
      <input
        id="code"
        ref={input}
        class="digits"
        inputMode="numeric"
        autocomplete="one-time-code"
        maxLength={11}
        value={code}
        aria-invalid={m.refusal !== undefined}
        aria-describedby="code-how code-why"
        onInput={(event) => type(event.currentTarget.value)}
      />
      <Problem id="code-why">{why(m.refusal)}</Problem>
      <button class="main" disabled={m.asking || digits.length < 6}>
        {say.goOn}
      </button>
      <button type="button" class="plain" onClick={onClose}>
        {say.back}
      </button>
    </form>
  );
}
