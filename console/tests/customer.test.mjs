// A customer's way through the pages: the app, then the firm's site by a code and by a link; the talk with an agent; what is
// lost and comes back. In a real browser, against a daemon of its own.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { browser, Daemon, PATIENCE, until, watch } from "./stage.mjs";

let [chrome, daemon, login, desks] = [];
/** What any page broke since the last look: errors, and policies. */
let watched = [];

before(async () => {
  [chrome, daemon] = await Promise.all([browser(), new Daemon().start()]);
  // A link of the card signs in once; its cookie is then every window's of these tests.
  login = await signedIn("Nora's app", /^Get help/);
  desks = await signedIn("ada's desk", /^Presence/);
});
after(async () => {
  await chrome?.close();
  await daemon?.stop();
});
afterEach(() => {
  assert.deepEqual(watched.flat(), [], "no page complains");
  watched = [];
});

async function signedIn(whose, shows) {
  const context = await chrome.newContext();
  const page = await context.newPage();
  await page.goto(daemon.link(whose));
  await page.getByRole("button", { name: shows }).waitFor({ timeout: PATIENCE });
  const { cookies } = await context.storageState();
  await context.close();
  return { cookies, origins: [] };
}

async function open(path, options) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  watched.push(watch(page));
  await page.goto(new URL(path, daemon.url).href);
  return page;
}

const app = (options) => open("/customer/", { viewport: { width: 390, height: 780 }, storageState: login, ...options });
const press = (where, name) => where.getByRole("button", { name, exact: typeof name === "string" }).click();
const asked = (where, name) => where.getByRole("heading", { name }).waitFor();
const panel = (site) => site.frameLocator("iframe");
const vanish = (page) => page.context().close();

async function say(where, text) {
  await where.getByLabel("Write a message").fill(text);
  await where.getByLabel("Write a message").press("Enter");
}

/** The fault journey up to its third field. */
async function halfway(page) {
  await press(page, /^Get help/);
  await press(page, /^Something is not working/);
  await press(page, "Internet");
  await press(page, "Today");
  await press(page, "Red");
  await asked(page, /switched the device off/);
}

/** The ways to go on elsewhere, as the customer reads them. */
async function ways(page) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: daemon.url });
  await press(page, "Continue on another device");
  const code = (await page.locator("output").textContent()).replace(/\D/g, "");
  await press(page, "Copy the link");
  await page.getByRole("button", { name: "Copied" }).waitFor();
  return { code, link: await page.evaluate(() => navigator.clipboard.readText()) };
}

/** An agent who is ready. */
async function ada() {
  const page = await open("/desk/", { viewport: { width: 1360, height: 820 }, storageState: desks });
  await press(page, /^Presence/);
  await page.getByRole("menuitemradio", { name: "Ready" }).first().click();
  return { page, context: page.context() };
}

/** Leaves a page with something that it said so long ago, and was not answered. */
function unsent({ text, since }) {
  const device = Object.keys(localStorage).find((key) => key.endsWith("device"));
  if (!device) return;
  const said = [{ id: "0190f7c4-9d2e-7abc-8def-000000000099", text, since: Date.now() - since }];
  localStorage.setItem(device.replace(/device$/, "unsent"), JSON.stringify(said));
}

test("half a form in the app, the rest on the site by a code, and a person who has it all", async () => {
  const phone = await app();
  await halfway(phone);
  const { code } = await ways(phone);
  await vanish(phone);

  const site = await open("/site/");
  await press(site, "Help");
  await press(panel(site), /^I have a code/);
  await panel(site).getByLabel(/Type the code/).fill("00000000");
  await press(panel(site), "Continue");
  await panel(site).getByText("This does not work any more.").waitFor();
  await panel(site).getByLabel(/Type the code/).fill(code);
  await press(panel(site), "Continue");
  // Within the phone's grace it is still there, and the customer chooses; later it was suspended, and goes on at once.
  const here = panel(site).getByRole("button", { name: "Continue here instead" });
  const third = panel(site).getByRole("heading", { name: /switched the device off/ });
  await here.or(third).first().waitFor();
  if (await here.isVisible()) await here.click();
  await third.waitFor();
  await panel(site).getByText("You already told us").waitFor();
  assert.equal(await panel(site).locator("dd", { hasText: "Red" }).count(), 1, "what was answered is shown, and not asked");

  const { page: desk, context } = await ada();
  await press(panel(site), "Talk to a person");
  await desk.getByRole("button", { name: /^Accept/ }).first().click();
  await panel(site).getByText("You are talking with Ada").waitFor();
  await say(panel(site), "The light is still red.");
  await desk.getByText("The light is still red.").first().waitFor();
  await desk.getByRole("combobox", { name: /^Write to/ }).fill("I am testing your line.");
  await desk.keyboard.press("Enter");
  await panel(site).getByText("I am testing your line.").waitFor();
  await panel(site).getByText(/Read$/).waitFor();

  // A reload in the middle: the panel comes back by itself, with everything, once.
  await site.reload();
  await panel(site).getByText("I am testing your line.").waitFor();
  // A lost line: what is written meanwhile is kept, and said once.
  await site.context().setOffline(true);
  await panel(site).getByText("No connection.").waitFor();
  await say(panel(site), "Are you there?");
  await panel(site).getByText("Sending").waitFor();
  await site.context().setOffline(false);
  await desk.getByText("Are you there?").first().waitFor();
  await panel(site).getByText("Sending").waitFor({ state: "detached" });
  for (const text of ["The light is still red.", "I am testing your line.", "Are you there?"]) {
    assert.equal(await panel(site).getByText(text, { exact: true }).count(), 1, `“${text}” is there once`);
    assert.equal(await desk.getByRole("log").getByText(text, { exact: true }).count(), 1, `“${text}” is there once for the agent`);
  }

  // What was not answered for longer than the server knows repeats is not said again: it may have been said then.
  await site.addInitScript(unsent, { text: "From long ago.", since: 600_000 });
  await site.reload();
  await panel(site).getByText("Are you there?").waitFor();
  await say(panel(site), "I am back.");
  await desk.getByText("I am back.").first().waitFor();
  assert.equal(await desk.getByText("From long ago.").count(), 0, "it is not said again");
  await vanish(site);
  await context.close();
});

test("a link opens the site at the same question, and the app is told where it went on", async () => {
  const phone = await app();
  await halfway(phone);
  const { link } = await ways(phone);
  assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/site\/#[\w-]{56,}$/, "the demo's links open the demo's site");
  await phone.keyboard.press("Escape");
  const site = await open(link);
  await asked(panel(site), "You are in the middle of this elsewhere");
  assert.equal(new URL(site.url()).hash, "", "the token is out of the address");
  await press(panel(site), "Continue here instead");
  await asked(panel(site), /switched the device off/);
  await asked(phone, "You are in the middle of this elsewhere");
  await press(phone, "Use both side by side");
  await asked(phone, /switched the device off/);
  await press(panel(site), "No");
  await asked(phone, /A technician should look at this/);
  await Promise.all([vanish(phone), vanish(site)]);
});

test("stopped here, it is on the list, and continues at the same question after a change", async () => {
  const phone = await app();
  await halfway(phone);
  await press(phone, "Continue on another device");
  await press(phone, "Stop here, continue later");
  await asked(phone, "Saved for later");
  await phone.reload();
  await asked(phone, "Saved for later");
  await press(phone, "Start page");
  await phone.getByRole("button", { name: /Details of the fault/ }).first().click();
  await asked(phone, /switched the device off/);
  await press(phone, /^Change.*Which light/);
  await press(phone, "Green");
  await asked(phone, /switched the device off/);
  await phone.locator("dd", { hasText: "Green" }).waitFor();
  await press(phone, "Back");
  await asked(phone, /Which light is on/);
  await press(phone, /^Keep/);
  await asked(phone, /switched the device off/);
  await press(phone, /^Change.*Where can we reach you/);
  await phone.getByLabel("Where can we reach you?").fill("nowhere");
  await press(phone, "Continue");
  const field = phone.getByLabel("Where can we reach you?");
  await until("the field says what is wrong", async () => (await field.getAttribute("aria-invalid")) === "true");
  assert.match(await phone.getByRole("alert").textContent(), /number/);
  await vanish(phone);
});

test("of two windows of one browser the newer has it, and the older can take it back", async () => {
  const first = await app();
  await halfway(first);
  const second = await first.context().newPage();
  await second.goto(first.url());
  await asked(second, /switched the device off/);
  await asked(first, "Open in another tab");
  await press(first, "Continue here");
  await asked(first, /switched the device off/);
  await asked(second, "Open in another tab");
  await vanish(first);
});

test("a call back is asked for, and a visitor writes, waits, and leaves the line", async () => {
  const phone = await app();
  await press(phone, /^Have us call you/);
  await phone.getByLabel("Your telephone number").fill("12");
  await press(phone, "Call me");
  await phone.getByText(/^Please write it with its country code/).waitFor();
  await phone.getByLabel("Your telephone number").fill("+41 44 364 01 01");
  await press(phone, "Call me");
  await asked(phone, "We will call you");
  await vanish(phone);

  const site = await open("/site/", { locale: "de-CH" });
  await press(site, "Get help now");
  await press(panel(site), /^Write to us/);
  await asked(panel(site), "You are in line");
  assert.equal(await panel(site).getByRole("button", { name: "Talk to a person" }).count(), 0);
  await press(panel(site), "Leave the line");
  await asked(panel(site), "How can we help?");
  await press(panel(site), "Close");
  await site.getByRole("button", { name: "Help", exact: true }).waitFor();
  await vanish(site);
});

test("a visitor signs in on the site, and answers a form that the agent sends", async () => {
  const site = await open("/site/", { storageState: login });
  await press(site, "Get help now");
  await press(panel(site), /^Write to us/);
  await asked(panel(site), "You are in line");
  await press(site, "Sign in");
  await site.getByText("You are signed in.").waitFor();
  const { page: desk, context } = await ada();
  await desk.getByRole("region", { name: "Offer" }).waitFor();
  await desk.keyboard.press("a");
  await desk.getByRole("heading", { name: "Nora Berg" }).waitFor();
  await press(desk, "Send a form");
  await desk.getByRole("menuitem", { name: "Billing" }).click();
  await asked(panel(site), "What is your question about?");
  await say(panel(site), "I answer now.");
  await press(panel(site), "A copy of a bill");
  await panel(site).getByText("The copy is on its way to nora@example.com.").waitFor();
  await press(panel(site), "Close");
  const write = desk.getByRole("combobox", { name: /^Write to/ });
  await write.fill("It is on its way.");
  await write.press("Enter");
  await site.getByRole("button", { name: "Help 1" }).click();
  await panel(site).getByText("It is on its way.", { exact: true }).waitFor();
  await Promise.all([vanish(site), context.close()]);
});

test("the page speaks the customer's language, and the call button says why it is off", async () => {
  for (const [locale, off, help] of [["fr-CH", /Pas encore possible/, /^Obtenir de l'aide/], ["de-CH", /noch nicht möglich/, /^Hilfe bekommen/]]) {
    const phone = await app({ locale });
    const call = phone.getByRole("button", { name: off });
    assert.equal(await call.getAttribute("aria-disabled"), "true");
    await press(phone, help);
    await asked(phone, locale.startsWith("fr") ? /Que pouvons-nous faire/ : /Was können wir/);
    await vanish(phone);
  }
});

test("without a login the app says what to do, and another site's frame cannot hold it", async () => {
  const stranger = await open("/customer/");
  watched.pop();
  await asked(stranger, "Please sign in again");
  await vanish(stranger);
});
