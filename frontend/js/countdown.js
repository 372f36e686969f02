// Countdowns and the server clock in the footer: one timer, server time only, thresholds announced politely.
import { announce } from "./announce.js";
import { text } from "./text.js";

const SECOND = 1000;
const ANNOUNCE_AT = [600, 60];

/** Seconds left as {days, clock}: `clock` is HH:MM:SS; never negative. A started second counts as whole. */
export function split(milliseconds) {
  const left = Math.max(0, Math.ceil(milliseconds / SECOND));
  const pad = (n) => String(n).padStart(2, "0");
  const clock = [Math.floor((left % 86400) / 3600), Math.floor((left % 3600) / 60), left % 60].map(pad).join(":");
  return { left, days: Math.floor(left / 86400), clock };
}

/** How near the end is, for colour: far, near (an hour), last (five minutes), done. */
export function phase(left) {
  if (left === 0) return "done";
  if (left <= 300) return "last";
  return left <= 3600 ? "near" : "far";
}

function show(element, now) {
  const due = Date.parse(element.dataset.countdown);
  if (Number.isNaN(due)) return;
  const { left, days, clock } = split(due - now);
  const shown = element.querySelector("[data-left]") ?? element;
  const done = element.dataset.done || text("done");
  const words = left === 0 ? done : days ? text(days === 1 ? "day" : "days", { n: days, clock }) : clock;
  if (shown.textContent !== words) shown.textContent = words;
  const before = element.dataset.seconds === undefined ? null : Number(element.dataset.seconds);
  element.dataset.seconds = String(left);
  element.dataset.phase = phase(left);
  if (before === null || before === left) return;
  if (left === 0) {
    announce(`${element.dataset.label ?? ""} ${done}`.trim());
    element.dispatchEvent(new CustomEvent("countdown:done", { bubbles: true }));
    return;
  }
  const crossed = ANNOUNCE_AT.find((mark) => before > mark && left <= mark);
  if (crossed) announce(text("leftMinutes", { label: element.dataset.label ?? "", n: crossed / 60 }));
}

function showClock(element, clock) {
  const timeZone = element.dataset.zone || "Asia/Shanghai";
  const now = new Date(clock.now());
  const chinese = document.documentElement.lang.startsWith("zh");
  // Swedish writes a date and a 24-hour time in the order of ISO 8601.
  const day = chinese
    ? now.toLocaleDateString("zh-Hans", { timeZone, dateStyle: "long" })
    : now.toLocaleDateString("sv-SE", { timeZone });
  const shown = `${day} ${now.toLocaleTimeString("sv-SE", { timeZone })}`;
  if (element.textContent !== shown) element.textContent = shown;
}

function tick(clock) {
  document.documentElement.dataset.clock = clock.stale ? "stale" : "confirmed";
  if (!clock.known) return;
  const now = clock.now();
  for (const element of document.querySelectorAll("[data-countdown]")) show(element, now);
  for (const element of document.querySelectorAll("[data-server-clock]")) showClock(element, clock);
}

/** Run all countdowns of the page, also those that are swapped in later, on the full second of the server. */
export function startCountdowns(clock) {
  const turn = () => {
    tick(clock);
    setTimeout(turn, clock.known ? SECOND - (clock.now() % SECOND) + 5 : SECOND);
  };
  clock.addEventListener("set", () => tick(clock));
  document.addEventListener("part:refreshed", () => tick(clock)); // a part drawn anew shows no empty second
  turn();
}
