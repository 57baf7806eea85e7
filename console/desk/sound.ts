// Soft tones and desktop notices. Of all tabs one sounds: whoever holds the lock.

import { settings } from "./settings.svelte";

let context: AudioContext | undefined;
let leads = false;

void navigator.locks?.request("desk:sound", () => {
  leads = true;
  // Held until this tab goes.
  return new Promise<never>(() => {});
});

/** Two tones for an offer, one for a message. */
export function sound(what: "offer" | "message"): void {
  if (!leads || settings.volume === 0) return;
  context ??= new AudioContext();
  // A browser lets a page sound once somebody has clicked in it.
  if (context.state === "suspended") void context.resume();
  const tones = what === "offer" ? [587, 784] : [698];
  tones.forEach((frequency, place) => tone(context!, frequency, context!.currentTime + place * 0.18));
}

function tone(on: AudioContext, frequency: number, at: number): void {
  const [source, gain] = [on.createOscillator(), on.createGain()];
  source.type = "sine";
  source.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(settings.volume * 0.25, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  source.connect(gain).connect(on.destination);
  source.start(at);
  source.stop(at + 0.4);
}

/** Tells on the desktop, where the agent wished so and looks elsewhere. */
export function notify(text: string): void {
  if (!leads || !settings.desktop || !document.hidden || Notification.permission !== "granted") return;
  const notice = new Notification(text, { tag: "segue-offer" });
  notice.onclick = () => window.focus();
}
