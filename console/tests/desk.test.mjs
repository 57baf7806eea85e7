// The agent's half of the story, lived in a real browser against a real daemon.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PATIENCE, Daemon, agent, asks, browser, customer, until } from "./stage.mjs";

let chrome;
before(async () => (chrome = await browser()));
after(() => chrome.close());

/** A daemon of its own for each story; whatever a page must not do fails it. */
function story(name, play) {
  void test(name, { timeout: 120_000 }, async () => {
    const daemon = await new Daemon().start();
    const windows = [];
    const open = async (who, options) => {
      const window = await agent(chrome, daemon, who, options);
      window.page.setDefaultTimeout(PATIENCE);
      windows.push(window);
      return window;
    };
    try {
      await play({ daemon, open, customer: (credential) => customer(chrome, daemon, credential) });
      for (const { faults } of windows) assert.deepEqual(faults, []);
    } finally {
      for (const context of chrome.contexts()) await context.close();
      await daemon.stop();
    }
  });
}

const write = (page) => page.getByRole("combobox", { name: /^Write to/ });
const offer = (page) => page.getByRole("region", { name: "Offer" });
const ready = (page) => page.getByRole("button", { name: "Become ready" }).click();
const bubbles = (page, text) => page.getByRole("log").getByText(text, { exact: true });

/** With Nora in a talk, by the keys that an agent would press. */
async function talking({ daemon, open, customer }) {
  const window = await open("ada");
  await ready(window.page);
  const nora = await customer({ token: daemon.token("NORA") });
  await asks(nora);
  await offer(window.page).waitFor();
  await window.page.keyboard.press("a");
  await write(window.page).waitFor();
  return { ...window, nora };
}

story("an offer brings the story, and the keyboard does everything", async (stage) => {
  const { page } = await stage.open("ada");
  await page.getByRole("button", { name: "Become ready" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Presence: Ready" }).waitFor();
  const nora = await stage.customer({ token: stage.daemon.token("NORA") });
  await asks(nora);
  await offer(page).waitFor();
  const side = page.getByRole("complementary");
  for (const told of ["Details of the fault", "Have you switched the device off and on again?", "Internet", "Red", "+41 44 364 01 01"]) {
    await side.getByText(told, { exact: true }).first().waitFor();
  }
  await page.getByText(/strongly proven · signed in \(pwd\+otp\)/).first().waitFor();
  assert.match(await page.title(), /^● Offer/);
  await page.keyboard.press("a");
  await write(page).waitFor();
  assert.equal(await offer(page).count(), 0);
  assert.match(await page.locator(".load").innerText(), /30\/100/);

  await nora.send({ say: { body: { text: { text: "Is anybody there?" } } } });
  await bubbles(page, "Is anybody there?").waitFor();
  await until("Nora sees that it was read", async () => (await nora.seen()).receipts.some(({ kind }) => kind === "RECEIPT_KIND_READ"));
  await nora.tell({ typing: { on: true } });
  await page.getByRole("log").getByText("Nora Berg is typing …").waitFor();

  await write(page).focus();
  await page.keyboard.type("/hel");
  await page.keyboard.press("Enter");
  assert.equal(await write(page).inputValue(), "Hello Nora, this is Ada. I have read what you told us already.");
  await until("Nora sees Ada type", async () => {
    await page.keyboard.type("!");
    return (await nora.seen()).typing;
  });
  await page.keyboard.press("Enter");
  const said = await until("Nora hears Ada", async () => (await nora.seen()).messages.find(({ speaker }) => speaker?.agent));
  assert.match(said.body.text.text, /^Hello Nora/);
  await nora.tell({ read: { upTo: said.sequence } });
  await page.getByText("Read", { exact: true }).waitFor();

  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await page.keyboard.type("The router is old.");
  await page.keyboard.press("Enter");
  await page.getByRole("log").getByText("The router is old.").waitFor();
  assert.ok(!(await nora.seen()).messages.some(({ body }) => body.text?.text.includes("router")), "a note is no word to the customer");

  await page.keyboard.press("Escape");
  await page.keyboard.press("w");
  await page.getByRole("group", { name: "How did it end?" }).waitFor();
  await page.keyboard.press("2");
  await page.getByRole("button", { name: "Done" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "You are ready" }).waitFor();
});

story("a form that is pushed fills before the agent's eyes, and an answer is mended", async (stage) => {
  const { page, nora } = await talking(stage);
  await nora.send({ step: { fill: { fieldId: "restarted", value: "yes" } } });
  const answers = page.getByRole("complementary");
  await answers.getByText("Yes", { exact: true }).waitFor();
  await answers.getByRole("button", { name: /Change this answer: Which light/ }).click();
  await page.getByRole("textbox", { name: "Which light is on at the router?" }).fill("green");
  await page.keyboard.press("Enter");
  await answers.getByText("Green", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Send a form" }).click();
  await page.getByRole("menuitem", { name: "Billing" }).click();
  await until("the form is in front of Nora", async () => JSON.stringify((await nora.seen()).view?.prompt ?? {}).includes("bill"));
  await page.getByText(/^The form is on the customer/).waitFor();
});

story("declined with a reason, and passed on with a note", async (stage) => {
  const both = [(await stage.open("ada")).page, (await stage.open("bo")).page];
  for (const page of both) await ready(page);
  const visitor = await stage.customer({ widget: "nordlicht-site" });
  await visitor.send({ start: {} });
  await visitor.send({ askForPerson: {} });
  const offered = async () => (await Promise.all(both.map((page) => offer(page).count()))).indexOf(1);
  const first = await until("somebody is offered it", async () => (await offered()) >= 0 && [await offered()]);
  const [declining, taking] = first[0] === 0 ? both : both.toReversed();
  await offer(declining).getByRole("button", { name: "Decline, and say why" }).click();
  await declining.getByRole("menuitem", { name: "Not my skill" }).click();
  await offer(taking).getByRole("button", { name: /^Accept/ }).click();
  await write(taking).waitFor();
  await write(taking).press("Escape");
  await taking.keyboard.press("t");
  const dialog = taking.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "A note for whoever takes it" }).fill("Asks about an invoice.");
  await dialog.getByRole("button", { name: /^Billing/ }).getByText("nobody on duty").waitFor();
  await dialog.getByRole("button", { name: first[0] === 0 ? /^Ada/ : /^Bo/ }).click();
  await offer(declining).waitFor();
  await declining.getByRole("log").getByText("Asks about an invoice.").waitFor();
  await taking.getByRole("heading", { name: "Wrap up" }).waitFor();
});

story("parked: the customer gets a way back, and uses it", async (stage) => {
  const { page, nora } = await talking(stage);
  await page.getByRole("button", { name: "Go on later" }).click();
  await page.getByRole("button", { name: "Give them a way back" }).click();
  const link = await page.getByRole("dialog").locator(".value").first().innerText();
  assert.match(link, /\S{20}|\d{4} \d{4}/);
  await until("Nora is told", async () => (await nora.seen()).view?.standing.suspended);
  await page.getByRole("button", { name: "Close" }).last().click();
  await page.getByText("The customer will go on later").waitFor();
});

story("reload, second tab, lost line, killed daemon: nothing lost, nothing doubled", async (stage) => {
  const { page, context, nora } = await talking(stage);
  await nora.send({ say: { body: { text: { text: "First." } } } });
  await bubbles(page, "First.").waitFor();
  await write(page).fill("Half a senten");
  await page.reload();
  await bubbles(page, "First.").waitFor();
  assert.equal(await write(page).inputValue(), "Half a senten", "what was typed outlives a reload");

  const second = await context.newPage();
  await second.goto(`${stage.daemon.url}/desk/`);
  await bubbles(second, "First.").waitFor();
  await write(second).fill("From the second tab.");
  await write(second).press("Enter");
  await bubbles(page, "From the second tab.").waitFor();
  await second.close();

  await context.setOffline(true);
  await page.getByText("The connection is lost.").waitFor();
  await nora.send({ say: { body: { text: { text: "Said meanwhile." } } } });
  await write(page).fill("Written offline.");
  await write(page).press("Enter");
  await context.setOffline(false);
  await bubbles(page, "Said meanwhile.").waitFor();
  await until("Nora hears it once", async () => (await nora.seen()).messages.filter(({ body }) => body.text?.text === "Written offline.").length === 1);

  await stage.daemon.kill();
  await page.getByText("The connection is lost.").waitFor();
  await write(page).fill("Written while the daemon was dead.");
  await write(page).press("Enter");
  await stage.daemon.start();
  await page.getByText("The connection is lost.").waitFor({ state: "detached" });
  await until("it is stored", async () => (await page.locator(".sending").count()) === 0);
  await page.reload();
  await bubbles(page, "Written while the daemon was dead.").waitFor();
  for (const text of ["First.", "From the second tab.", "Said meanwhile.", "Written offline.", "Written while the daemon was dead."]) {
    assert.equal(await bubbles(page, text).count(), 1, text);
  }
});

story("several at once: the load is shown, keys go from one to the next", async (stage) => {
  const { page } = await talking(stage);
  const visitor = await stage.customer({ widget: "nordlicht-site" });
  await visitor.send({ start: {} });
  await visitor.send({ askForPerson: {} });
  await offer(page).waitFor();
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "Visitor" }).waitFor();
  assert.match(await page.locator(".load").innerText(), /60\/100/);
  await page.keyboard.press("j");
  await page.getByRole("heading", { name: "Nora Berg" }).waitFor();
  await visitor.send({ say: { body: { text: { text: "And me?" } } } });
  await page.getByRole("button", { name: /Visitor.*And me\?.*unread 1/s }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("visitor");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Visitor" }).waitFor();
  await page.getByRole("button", { name: /^Presence/ }).click();
  await page.getByRole("menuitemradio", { name: "Break" }).last().click();
  await page.getByText("next: Break").waitFor();
});

story("without a login, and after signing out, the page says what to do", async (stage) => {
  const bare = await (await chrome.newContext()).newPage();
  await bare.goto(`${stage.daemon.url}/desk/`);
  await bare.getByRole("heading", { name: "You are not signed in" }).waitFor();
  const { page } = await stage.open("chloe");
  await page.getByRole("button", { name: /^Presence/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in again" }).click();
  await page.getByRole("button", { name: /^Presence/ }).waitFor();
});
