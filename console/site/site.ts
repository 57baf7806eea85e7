// What the sample site does with the widget: opens it, and tells it who has signed in.

import { ticket } from "$lib/login";
import { Refused } from "$lib/ws";

interface Widget {
  show: () => void;
  signIn: (token: string) => void;
}

const widget = () => import(/* @vite-ignore */ new URL("../widget.js", location.href).href) as Promise<Widget>;
const signed = document.getElementById("signed")!;

document.getElementById("help")!.addEventListener("click", () => void widget().then(({ show }) => show()));
document.getElementById("sign-in")!.addEventListener("click", () => void signIn());

/** The firm's own sign-in would stand here; in the demo it is the one of this browser's app page. */
async function signIn(): Promise<void> {
  try {
    (await widget()).signIn(await ticket("app"));
    signed.textContent = "You are signed in.";
  } catch (why) {
    if (!(why instanceof Refused)) throw why;
    signed.textContent = "Open the app's link of the demo in this browser first.";
  }
}
