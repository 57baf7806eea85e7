// The firm's app as a page: for who is signed in.

import "./page.css";
import { signInByLink, ticket } from "$lib/login";
import { paint, show } from "./mount";
import { speak } from "./words";

/** A one-use ticket for each socket, by the sign-in of this browser. */
const credential = async () => {
  await signInByLink();
  return { ticket: await ticket("app") };
};

const page = document.getElementById("page")!;
const { name = "", logo = "", accent, journey = "", language = navigator.language } = page.dataset;
paint(accent);
await speak(language);
show(page, { credential, channel: "CHANNEL_APP", language, shelf: "app." }, { name, logo, journey, known: true });
