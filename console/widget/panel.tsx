// The chat in the frame that `widget.ts` opens on a site: for visitors, who may come back by a link, a code or a sign-in.

import "../customer/customer.css";
import type { Matter } from "../customer/core/matter";
import { paint, show } from "../customer/mount";
import { speak } from "../customer/words";

/** What the site's script tells. The site is trusted with its own visitors; any other window is not heard. */
interface Told {
  begin?: Told[];
  resume?: string;
  signIn?: string;
  shown?: boolean;
}

const given = new URLSearchParams(location.hash.slice(1));
const [widget, name, language] = [given.get("key") ?? "", given.get("name") ?? "", given.get("language") ?? "en"];
const skin = { name, logo: given.get("logo") ?? "", journey: given.get("journey") ?? "", known: false };
const tell = (word: object) => parent.postMessage(word, "*");
let m: Matter | undefined;

function begin(first: Told[]): void {
  const house = { credential: async () => ({ widget }), channel: "CHANNEL_CHAT" as const, language, shelf: `widget.${widget}.` };
  let unseen = 0;
  const changed = (now: Matter) => {
    if (now.unseen !== unseen) tell({ unseen: (unseen = now.unseen) });
  };
  const panel = { close: () => tell({ is: "closed" }), changed };
  m = show(document.getElementById("page")!, house, skin, panel, first.some(({ resume }) => resume));
  first.forEach(heed);
}

function heed(told: Told): void {
  if (told.begin && !m) begin(told.begin);
  if (told.resume) void m?.resume({ linkToken: told.resume });
  if (told.shown !== undefined) m?.look(told.shown);
  if (told.signIn) void m?.signIn(told.signIn).then((known) => (skin.known = known));
}

addEventListener("message", ({ source, data }: MessageEvent<Told | null>) => source === parent && data && heed(data));
addEventListener("keydown", ({ key }) => key === "Escape" && !document.querySelector("dialog") && tell({ is: "closed" }));
paint(given.get("accent") ?? undefined);
await speak(language);
tell({ is: "ready" });
