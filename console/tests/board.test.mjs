// The wallboard: what it tells of a real daemon, what a supervisor does there, and that it stays smooth under load.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PATIENCE, Daemon, agent, asks, browser, customer, examined, until, watch } from "./stage.mjs";

let chrome, daemon;
before(async () => {
  chrome = await browser();
  daemon = await new Daemon().start();
});
after(async () => {
  await chrome.close();
  await daemon.stop();
});

/** A supervisor's window; the daemon gives one link, so the login is kept for the next. */
let login;
async function board(options) {
  const context = await chrome.newContext({ viewport: { width: 1600, height: 900 }, ...options, ...(login ? { storageState: login } : {}) });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  return { context, page, faults: watch(page) };
}
const figure = (page, name) => page.getByRole("heading", { name, exact: true }).locator("xpath=..").locator("p");

void test("who waits and who works is seen as it changes, and a presence is changed with a reason", { timeout: 120_000 }, async () => {
  const { context, page, faults } = await board();
  await page.goto(daemon.link("the wallboard"));
  await page.getByRole("heading", { name: "Waiting", exact: true }).waitFor();
  login = await context.storageState();
  const nora = await customer(chrome, daemon, { token: daemon.token("NORA") });
  await asks(nora);
  await until("one waits", async () => (await figure(page, "Waiting").innerText()) === "1");
  const faultsRow = page.getByRole("listitem").filter({ hasText: "Faults" });
  await until("its queue says so", async () => /Waiting:\s*1/.test((await faultsRow.textContent()) ?? ""));
  const ada = await agent(chrome, daemon, "ada");
  await ada.page.getByRole("button", { name: "Become ready" }).click();
  await ada.page.getByRole("button", { name: /^Accept/ }).first().click();
  await page.getByRole("button", { name: /^Ada\s*Busy/ }).waitFor();
  await until("nobody waits", async () => (await figure(page, "Waiting").innerText()) === "0");
  assert.equal(await figure(page, "At work").innerText(), "1");
  const bo = await agent(chrome, daemon, "bo");
  await bo.page.getByRole("button", { name: "Become ready" }).click();
  await page.getByRole("button", { name: /^Bo\s*Free/ }).click();
  await page.getByRole("combobox", { name: "Presence" }).selectOption("lunch");
  await page.getByRole("textbox", { name: /^Why/ }).fill("nobody is at the desk");
  await page.getByRole("button", { name: "Change it" }).click();
  await bo.page.getByRole("button", { name: /^Presence: Lunch/ }).waitFor();
  await page.getByRole("button", { name: /^Bo\s*Lunch/ }).waitFor();
  assert.equal(await figure(page, "Free").innerText(), "0", "who is at lunch is not free");
  for (const scheme of ["dark", "light"]) {
    await examined(page, `wallboard-${scheme}`);
    await page.getByRole("button", { name: "Light or dark" }).click();
  }
  await page.setViewportSize({ width: 800, height: 700 });
  await examined(page, "wallboard-zoomed-dark");
  assert.deepEqual([...faults, ...ada.faults, ...bo.faults], []);
});

void test("500 queues and 5,000 agents that change each second: only those in sight are drawn", { timeout: 60_000 }, async (t) => {
  const { context, page } = await board();
  const QUEUES = 500;
  const AGENTS = 5_000;
  const READINESS = ["READINESS_IDLE", "READINESS_BUSY", "READINESS_OFFERED", "READINESS_WRAPPING_UP", "READINESS_SIGNED_OUT"];
  const whole = (beat) => ({
    figures: {
      queues: Array.from({ length: QUEUES }, (_, n) => ({
        queue: `q${n}`, title: `Queue ${n}`, waiting: (n + beat) % 9, agentsOnDuty: 9, agentsIdle: (n + beat) % 4,
        waitingSince: new Date(Date.now() - ((n * 7 + beat) % 240) * 1000).toISOString(), expectedWait: { p50Seconds: 60, p90Seconds: 60 * (1 + (n % 9)) },
      })),
      agents: Array.from({ length: AGENTS }, (_, n) => ({ agent: `a${n}`, title: `Agent ${n}`, readiness: READINESS[(n + beat) % READINESS.length] })),
    },
  });
  await context.routeWebSocket("**/v1/desk", (socket) => {
    const say = (frame) => socket.send(JSON.stringify(frame));
    let beat = 0;
    socket.onMessage((text) => {
      if (!JSON.parse(text).hello) return;
      say({ welcome: { protocol: 1, time: new Date().toISOString(), supervisor: true, directory: {} } });
      say(whole(beat++));
      const clock = setInterval(() => say(whole(beat++)), 1_000);
      socket.onClose(() => clearInterval(clock));
    });
  });
  await page.goto(`${daemon.url}/supervisor/`);
  await page.getByText("Queue 1", { exact: false }).first().waitFor();
  assert.ok((await page.locator(".row").count()) < 120, "only what is in sight is there");
  // Between two frames of the screen: what somebody who scrolls through the agents would feel.
  const gaps = await page.evaluate(async () => {
    const list = document.querySelector(".agents .rows");
    const [gaps, begin] = [[], performance.now()];
    for (let last = begin; last - begin < 6_000; ) {
      const now = await new Promise((frame) => requestAnimationFrame(frame));
      gaps.push(now - last);
      last = now;
      list.scrollTop += 30;
    }
    return gaps.sort((a, b) => a - b);
  });
  const of = (part) => gaps[Math.floor((gaps.length - 1) * part)];
  assert.ok((await page.locator(".row").count()) < 120, "still only what is in sight");
  // How smooth it was is told and decides nothing: others may have the processor.
  const ms = (part) => `${Math.round(of(part))} ms`;
  t.diagnostic(`${gaps.length} frames in six seconds: half within ${ms(0.5)}, 19 of 20 within ${ms(0.95)}, all within ${ms(1)}`);
});
