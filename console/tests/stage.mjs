// What the tests of the pages stand on: a daemon of their own with the demo in it, a browser, and customers who speak the wire.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Where pictures go: `SCREENS` names a folder to keep them. */
const SCREENS = process.env.SCREENS ?? join(tmpdir(), "segue-screens");
mkdirSync(SCREENS, { recursive: true });

/** How long anything may take that is waited for. */
export const PATIENCE = 40_000;

/** Waits until something holds, looking again every few milliseconds; fails with `what` where it never does. */
export async function until(what, holds, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) throw new Error(`did not come true: ${what}`);
    await new Promise((go) => setTimeout(go, 10));
  }
}

/** The demo in a process of its own, as somebody would start it; its links and tokens are read off what it prints. */
export class Daemon {
  #child;
  #folder = mkdtempSync(join(tmpdir(), "segue-console-"));
  #text = "";
  url = "";

  async start() {
    // The same address again, after a kill: pages come back to where they were.
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    this.#text = "";
    const binary = process.env.SEGUE ?? "target/debug/segue";
    this.#child = spawn(binary, ["demo", "--data", this.#folder, "--listen", listen], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.on("data", (bytes) => (this.#text += bytes));
    await until("the demo starts", () => {
      if (this.#child.exitCode !== null) throw new Error(`the demo ended:\n${this.#text}`);
      return this.#text.includes("Ctrl-C stops it");
    }, 60_000);
    this.url = `http://${/export SEGUE_URL=http:\/\/(\S+)/.exec(this.#text)[1]}`;
    return this;
  }

  /** The link that signs somebody in, once. */
  link(what) {
    const found = new RegExp(`^\\s+${what}\\s+(http\\S+)$`, "m").exec(this.#text);
    if (!found) throw new Error(`the card has no link for ${what}:\n${this.#text}`);
    return found[1];
  }

  /** Somebody's token. */
  token(name) {
    return new RegExp(`^export ${name}=(\\S+)$`, "m").exec(this.#text)[1];
  }

  /** kill -9. */
  async kill() {
    const gone = new Promise((end) => this.#child.once("exit", end));
    this.#child.kill("SIGKILL");
    await gone;
  }

  async stop() {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A browser that asks nobody but us. */
export async function browser() {
  const known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = process.env.CHROMIUM ?? known.find((path) => existsSync(path));
  if (!executablePath) throw new Error("no Chromium is installed: `make tools` installs one, or CHROMIUM names it");
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  return chromium.launch({ executablePath, args: [...quiet, "--disable-component-update", "--disable-sync"] });
}

/** An agent's window that has signed in by their link. What a page must not do, it is told in `faults`. */
export async function agent(chrome, daemon, name, options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1360, height: 820 }, ...options });
  const page = await context.newPage();
  const faults = watch(page);
  await page.goto(daemon.link(`${name}'s desk`));
  await page.getByRole("button", { name: /^Presence/ }).waitFor({ timeout: PATIENCE });
  return { context, page, faults };
}

/** Errors of a page, policies broken included. */
export function watch(page) {
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (line) => {
    // A socket that is refused while the house is away is the page's to mend, and the browser's to tell.
    if (line.type() === "error" && !/WebSocket|ERR_CONNECTION|ERR_INTERNET|401|503/.test(line.text())) faults.push(line.text());
  });
  return faults;
}

/** A customer on the wire, from a bare page: `send` gives a command, `tell` says what has no answer. */
export async function customer(chrome, daemon, credential) {
  const page = await (await chrome.newContext()).newPage();
  await page.goto(`${daemon.url}/livez`);
  await page.evaluate((hello) => {
    const socket = new WebSocket("/v1/chat", "segue.chat.v1.json");
    const waits = new Map();
    window.seen = { messages: [], receipts: [], typing: false, view: undefined, line: undefined };
    window.tell = (frame) => socket.send(JSON.stringify(frame));
    window.send = (frame) =>
      new Promise((done, failed) => {
        const id = crypto.randomUUID();
        waits.set(id, [done, failed]);
        window.tell({ id, ...frame });
      });
    return new Promise((open) => {
      socket.onopen = () => window.tell({ hello: { protocol: 1, ...hello } });
      socket.onmessage = ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.welcome) open();
        if (frame.view) window.seen.view = frame.view.session;
        if (frame.line) window.seen.line = frame.line.line;
        if (frame.message) window.seen.messages.push(frame.message);
        if (frame.receipt) window.seen.receipts.push(frame.receipt);
        if (frame.typing) window.seen.typing = frame.typing.on ?? false;
        const [done, failed] = waits.get((frame.ack ?? frame.error)?.id) ?? [];
        if (frame.ack) done?.(frame.ack);
        if (frame.error) failed?.(new Error(JSON.stringify(frame.error.refusal)));
      };
    });
  }, credential);
  return {
    send: (frame) => page.evaluate((frame) => window.send(frame), frame),
    tell: (frame) => page.evaluate((frame) => window.tell(frame), frame),
    seen: () => page.evaluate(() => window.seen),
    close: () => page.context().close(),
  };
}

/** Half of a fault report, then a person is asked for. */
export async function asks(who) {
  await who.send({ start: { journey: "fault" } });
  await who.send({ step: { choose: "internet" } });
  await who.send({ step: { fill: { fieldId: "since", value: "today" } } });
  await who.send({ step: { fill: { fieldId: "light", value: "red" } } });
  await who.send({ askForPerson: {} });
}

/** Takes a picture, and has the page examined. */
export async function examined(page, name) {
  // What moves has come to rest; a shrinking line does not count.
  await page.waitForFunction(() => document.getAnimations().every(({ effect }) => effect.getTiming().duration > 1000));
  await page.screenshot({ path: join(SCREENS, `${name}.png`) });
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`).join("\n")}`);
  assert.deepEqual(told, [], `${name} has faults`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
}
