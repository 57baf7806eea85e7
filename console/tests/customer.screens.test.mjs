// Every screen of the customer's half, light and dark: no fault that axe finds (WCAG 2.2 AA), nothing too wide, a picture of
// each; at 200 % zoom and in forced colours too. And what the widget weighs.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { agent, browser, Daemon, PATIENCE, watch } from "./stage.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Where pictures go: `SCREENS` names a folder to keep them. */
const SCREENS = process.env.SCREENS ?? join(tmpdir(), "segue-screens");
const BUILT = join(import.meta.dirname, "../dist/pages");

let chrome;
before(async () => {
  mkdirSync(SCREENS, { recursive: true });
  chrome = await browser();
});
after(() => chrome.close());

/** Takes a picture of a page, and has it examined with all its frames. */
async function examined(page, name) {
  await page.waitForFunction(() => document.getAnimations().every(({ effect }) => effect.getTiming().iterations === Infinity));
  await page.screenshot({ path: join(SCREENS, `customer-${name}.png`) });
  for (const frame of page.frames()) {
    await frame.evaluate(AXE);
    const { violations } = await frame.evaluate((values) => window.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
    const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`).join("\n")}`);
    assert.deepEqual(told, [], `${name} has faults`);
    const wide = await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
  }
}

const press = (where, name) => where.getByRole("button", { name, exact: typeof name === "string" }).click();
const asked = (where, name) => where.getByRole("heading", { name }).waitFor();

const MANNERS = {
  light: { colorScheme: "light", viewport: { width: 390, height: 780 } },
  dark: { colorScheme: "dark", viewport: { width: 390, height: 780 } },
  // 200 % on a telephone is half as many pixels of CSS.
  zoomed: { colorScheme: "light", viewport: { width: 320, height: 400 } },
  forced: { forcedColors: "active", viewport: { width: 390, height: 780 } },
};

for (const [manner, options] of Object.entries(MANNERS)) {
  void test(`every screen, ${manner}`, { timeout: 180_000 }, async () => {
    const daemon = await new Daemon().start();
    try {
      await tour(daemon, options, manner);
    } finally {
      for (const context of chrome.contexts()) await context.close();
      await daemon.stop();
    }
  });
}

async function tour(daemon, options, manner) {
  const seen = (page, name) => examined(page, `${name}-${manner}`);
  const page = await (await chrome.newContext({ ...options, locale: "en-GB" })).newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = watch(page);
  await page.goto(daemon.link("Nora's app"));
  await page.getByRole("button", { name: /^Get help/ }).waitFor();
  await seen(page, "home");
  await press(page, /^Get help/);
  await press(page, /^Something is not working/);
  await asked(page, /What is not working/);
  await seen(page, "menu");
  await press(page, "Internet");
  await asked(page, "Since when?");
  await press(page, "Continue");
  await page.getByText("Please fill this in first.").waitFor();
  await seen(page, "field");
  await press(page, "Today");
  await press(page, "Red");
  await asked(page, /switched the device off/);
  await press(page, "Continue on another device");
  await page.locator("output").waitFor();
  await page.getByRole("img", { name: "QR code of your link" }).waitFor();
  await seen(page, "ways");
  await press(page, "Close");
  await seen(page, "question");
  await press(page, "No");
  await asked(page, /A technician should look at this/);
  await seen(page, "offer");
  await press(page, "Wait here");
  await asked(page, "You are in line");
  await seen(page, "line");
  await talk(daemon, page, seen);
  await press(page, "Continue on another device");
  await press(page, "Stop here, continue later");
  await asked(page, "Saved for later");
  await seen(page, "paused");
  await press(page, "Start page");
  await asked(page, "What you have begun");
  await seen(page, "matters");
  await press(page, /^I have a code/);
  await page.getByLabel(/Type the code/).waitFor();
  await seen(page, "code");
  await site(daemon, options, seen);
  assert.deepEqual(faults, [], "the page complains");
}

async function talk(daemon, page, seen) {
  const { page: desk, context } = await agent(chrome, daemon, "ada");
  await press(desk, /^Presence/);
  await desk.getByRole("menuitemradio", { name: "Ready" }).click();
  await desk.getByRole("region", { name: "Offer" }).waitFor();
  await desk.keyboard.press("a");
  await page.getByText("You are talking with Ada").waitFor();
  await page.getByLabel("Write a message").fill("Good morning. The light at the router is still red.");
  await page.getByLabel("Write a message").press("Enter");
  const write = desk.getByRole("combobox", { name: /^Write to/ });
  await write.fill("Good morning, Nora. I see that it has been red since today; I am testing your line.");
  await write.press("Enter");
  await page.getByText(/I am testing your line/).waitFor();
  await write.pressSequentially("It");
  await page.getByText("Ada is typing…").waitFor();
  await seen(page, "talk");
  await context.close();
}

async function site(daemon, options, seen) {
  const wide = options.viewport.width > 320 ? { width: 1280, height: 800 } : options.viewport;
  const page = await (await chrome.newContext({ ...options, viewport: wide, locale: "en-GB" })).newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`${daemon.url}/site/`);
  await page.getByRole("button", { name: "Help", exact: true }).waitFor();
  await seen(page, "site");
  await press(page, "Help");
  await page.frameLocator("iframe").getByRole("button", { name: /^Get help/ }).waitFor();
  await seen(page, "widget");
}

void test("the widget weighs what it may", () => {
  const packed = (path) => gzipSync(readFileSync(join(BUILT, path)), { level: 9 }).length;
  const html = readFileSync(join(BUILT, "widget/index.html"), "utf8");
  const named = (kind) => [...html.matchAll(new RegExp(`"\\.\\./(assets/[^"]+\\.${kind})"`, "g"))].map(([, path]) => path);
  const sum = (paths) => paths.reduce((all, path) => all + packed(path), 0);
  const script = packed("widget.js");
  assert.ok(script <= 2_500, `the site's script: ${script} bytes`);
  assert.ok(named("js").length > 1, "the page of the frame names its scripts");
  const begun = script + sum(named("js"));
  assert.ok(begun <= 20_000, `all scripts until something can be asked: ${begun} bytes`);
  assert.ok(sum(named("css")) <= 4_000, `styles: ${sum(named("css"))} bytes`);
});
