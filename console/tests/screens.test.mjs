// Every screen of the desk, light and dark: no fault that axe finds (WCAG 2.2 AA), within its size, and a picture of each.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { PATIENCE, Daemon, agent, asks, browser, customer, examined } from "./stage.mjs";

const BUILT = join(import.meta.dirname, "../dist/pages");

let chrome;
before(async () => (chrome = await browser()));
after(() => chrome.close());

for (const colorScheme of ["light", "dark"]) {
  void test(`every screen, ${colorScheme}`, { timeout: 180_000 }, async () => {
    const daemon = await new Daemon().start();
    try {
      await tour(daemon, colorScheme);
    } finally {
      for (const context of chrome.contexts()) await context.close();
      await daemon.stop();
    }
  });
}

async function tour(daemon, colorScheme) {
  const seen = (page, name) => examined(page, `desk-${name}-${colorScheme}`);
  const bare = await (await chrome.newContext({ colorScheme, viewport: { width: 1360, height: 820 } })).newPage();
  await bare.goto(`${daemon.url}/desk/`);
  await bare.getByRole("heading", { name: "You are not signed in" }).waitFor({ timeout: PATIENCE });
  await seen(bare, "stranger");

  const { page, context } = await agent(chrome, daemon, "ada", { colorScheme });
  page.setDefaultTimeout(PATIENCE);
  await seen(page, "away");
  await page.getByRole("button", { name: "Become ready" }).click();
  await page.getByRole("heading", { name: "You are ready" }).waitFor();
  await seen(page, "ready");

  const nora = await customer(chrome, daemon, { token: daemon.token("NORA") });
  await asks(nora);
  await page.getByRole("region", { name: "Offer" }).waitFor();
  await seen(page, "offer");
  await page.keyboard.press("a");
  const write = page.getByRole("combobox", { name: /^Write to/ });
  await write.waitFor();
  await nora.send({ say: { body: { text: { text: "Hello? The internet is down since this morning, and I work from home." } } } });
  await write.fill("/");
  await seen(page, "canned");
  await write.press("Enter");
  await write.press("Enter");
  await page.getByRole("log").getByText("Hello Nora, this is Ada.").waitFor();
  await write.press("Escape");
  await page.keyboard.press("n");
  await page.keyboard.type("The router is old: offer a new one.");
  await seen(page, "note");
  await page.keyboard.press("Enter");
  await page.getByRole("log").getByText("The router is old").waitFor();
  await nora.tell({ typing: { on: true } });
  await page.getByRole("log").getByText("Nora Berg is typing …").waitFor();
  const visitor = await customer(chrome, daemon, { widget: "nordlicht-site" });
  await visitor.send({ start: {} });
  await visitor.send({ askForPerson: {} });
  await page.getByRole("region", { name: "Offer" }).waitFor();
  await seen(page, "talk");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: /^Presence/ }).click();
  await page.getByRole("menu").waitFor();
  await seen(page, "presence");
  await page.keyboard.press("Escape");
  for (const [name, open] of [
    ["transfer", () => page.getByRole("button", { name: /^Transfer/ }).click()],
    ["park", () => page.getByRole("button", { name: "Go on later" }).click()],
    ["palette", () => page.keyboard.press("Control+k")],
    ["settings", () => page.getByRole("button", { name: "Settings" }).click()],
    ["keyboard", () => page.keyboard.press("?")],
  ]) {
    await open();
    await page.getByRole("dialog").waitFor();
    if (name === "transfer") await page.getByText("Colleagues").waitFor();
    await seen(page, name);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }

  await context.setOffline(true);
  await page.getByText("The connection is lost.").waitFor();
  await seen(page, "offline");
  await context.setOffline(false);
  await page.getByText("The connection is lost.").waitFor({ state: "detached" });
  // Half as wide is what a zoom of 200 % leaves.
  for (const [name, width, height] of [["narrow", 1000, 760], ["zoomed", 680, 410], ["phone", 390, 780]]) {
    await page.setViewportSize({ width, height });
    await seen(page, name);
  }
  await page.setViewportSize({ width: 1360, height: 820 });
  await page.emulateMedia({ forcedColors: "active", colorScheme });
  await seen(page, "forced");
  await page.emulateMedia({ forcedColors: "none", colorScheme });
  await page.getByRole("button", { name: "Wrap up" }).click();
  await page.getByRole("group", { name: "How did it end?" }).waitFor();
  await seen(page, "wrap-up");
}

/** Everything that a page loads to begin with: what its HTML names, and what that imports. */
function loaded(page) {
  const html = readFileSync(join(BUILT, page, "index.html"), "utf8");
  const wanted = [...html.matchAll(/\/assets\/([^"]+\.(?:js|css))/g)].map(([, name]) => name);
  const all = new Set();
  while (wanted.length) {
    const name = wanted.pop();
    if (all.has(name)) continue;
    all.add(name);
    if (!name.endsWith(".js")) continue;
    const text = readFileSync(join(BUILT, "assets", name), "utf8");
    wanted.push(...[...text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)].map(([, other]) => other));
  }
  return [...all];
}

void test("pages keep to their sizes", () => {
  const kilobytes = (names) => names.reduce((sum, name) => sum + gzipSync(readFileSync(join(BUILT, "assets", name)), { level: 9 }).length, 0) / 1000;
  for (const [page, most] of [["desk", 60], ["supervisor", 90]]) {
    const files = loaded(page);
    assert.ok(files.length >= 3, files.join());
    const scripts = kilobytes(files.filter((name) => name.endsWith(".js")));
    const styles = kilobytes(files.filter((name) => name.endsWith(".css")));
    assert.ok(scripts <= most, `${page} loads ${scripts} kB of scripts`);
    assert.ok(styles <= 15, `${page} loads ${styles} kB of styles`);
  }
  const fonts = readdirSync(join(BUILT, "assets")).filter((name) => /\.(woff2?|ttf|otf)$/.test(name));
  assert.deepEqual(fonts, [], "no font is loaded");
});
