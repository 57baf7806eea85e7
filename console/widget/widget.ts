// The one script that a site takes in: a button, and behind it the chat in a frame of its own.
//
//   <script type="module" src="https://help.example.com/widget.js" data-key="shop-front" data-name="Shop"></script>
//
// The frame keeps both sides apart: the site's other scripts cannot read what a customer types, and the site's styles cannot
// break it. What is not here: the chat, which is loaded when the button is first pressed.

const own = import.meta.url;
const script = Array.from(document.scripts).find(({ src }) => src === own);
const { key = "", name = document.title, label = "Help", accent = "", logo = "", journey = "", language } = script?.dataset ?? {};
const open = "help-open";
/** What the fragment of a link that brings somebody back looks like: longer than any name on a page. */
const LINK = /^#([\w-]{56,1024})$/;

const STYLE = `
:host { all: initial; --brand: oklch(0.48 0.11 195); --dark: oklch(from var(--brand) min(l, 0.48) c h); }
button { position: fixed; inset: auto 1.25rem 1.25rem auto; z-index: 2147483000; display: flex; align-items: center; gap: .5rem;
  min-height: 3.5rem; padding: 0 1.375rem 0 1.125rem; border: 1px solid transparent; border-radius: 1.75rem; background: var(--dark); color: #fff;
  font: 600 1rem/1 system-ui, sans-serif; box-shadow: 0 6px 24px rgb(0 0 0 / 24%); cursor: pointer; }
button:hover { background: oklch(from var(--dark) calc(l - .05) c h); }
button:focus-visible { outline: 3px solid var(--dark); outline-offset: 3px; }
svg { width: 1.5rem; height: 1.5rem; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linejoin: round; }
b { min-width: 1.375rem; padding: .25rem; border-radius: 1rem; background: #fff; color: #000; font-size: .8125rem; text-align: center; }
iframe { position: fixed; inset: auto 1.25rem 1.25rem auto; z-index: 2147483001; width: 24rem; height: min(42rem, 100dvh - 2.5rem);
  border: 1px solid rgb(127 127 127 / 35%); border-radius: 20px; background: Canvas; box-shadow: 0 12px 48px rgb(0 0 0 / 28%); color-scheme: light dark; }
@media (width < 30rem) { iframe { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; } }
[hidden] { display: none; }`;

const host = document.createElement("div");
const shadow = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
shadow.adoptedStyleSheets = [sheet];
if (accent && CSS.supports("color", accent)) host.style.setProperty("--brand", accent);

const button = document.createElement("button");
const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
const stroke = document.createElementNS("http://www.w3.org/2000/svg", "path");
const count = document.createElement("b");
icon.setAttribute("viewBox", "0 0 24 24");
icon.setAttribute("aria-hidden", "true");
stroke.setAttribute("d", "M5 5h14v11h-8l-4 4v-4H5z");
icon.append(stroke);
count.hidden = true;
button.append(icon, label, count);
button.setAttribute("aria-expanded", "false");
shadow.append(button);

const page = new URL("widget/", own);
let frame: HTMLIFrameElement | undefined;
/** What the frame is told once it is there. */
let waiting: object[] = [];
let ready = false;

function tell(word: object): void {
  if (ready) frame?.contentWindow?.postMessage(word, page.origin);
  else waiting.push(word);
}

/** Opens the chat. */
export function show(): void {
  if (!frame) {
    const spoken = language ?? (document.documentElement.lang || navigator.language);
    const absolute = logo && new URL(logo, document.baseURI).href;
    page.hash = new URLSearchParams({ key, name, accent, logo: absolute, journey, language: spoken }).toString();
    frame = document.createElement("iframe");
    frame.title = name;
    frame.allow = "clipboard-write";
    frame.src = page.href;
    shadow.append(frame);
  }
  frame.hidden = false;
  button.hidden = true;
  button.setAttribute("aria-expanded", "true");
  frame.focus();
  tell({ shown: true });
  sessionStorage.setItem(open, "yes");
}

/** Closes it; the chat goes on behind the button, which counts what comes. */
export function hide(): void {
  if (frame) frame.hidden = true;
  tell({ shown: false });
  button.hidden = false;
  button.setAttribute("aria-expanded", "false");
  button.focus();
  sessionStorage.removeItem(open);
}

/** Tells who the visitor is, by a token or a one-use ticket of the site's own sign-in. */
export function signIn(token: string): void {
  tell({ signIn: token });
}

/** Takes up the link that brought somebody here, and takes it out of the address. */
function takeLink(): void {
  const token = LINK.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  tell({ resume: token });
  show();
}

addEventListener("message", ({ source, origin, data }: MessageEvent<{ is?: string; unseen?: number } | null>) => {
  if (!frame || source !== frame.contentWindow || origin !== page.origin) return;
  if (data?.is === "ready") {
    ready = true;
    tell({ begin: waiting });
    waiting = [];
  }
  if (data?.is === "closed") hide();
  if (typeof data?.unseen === "number") {
    count.textContent = String(data.unseen);
    count.hidden = data.unseen === 0;
  }
});
addEventListener("hashchange", takeLink);
button.addEventListener("click", show);
document.body.append(host);
takeLink();
if (sessionStorage.getItem(open)) show();
