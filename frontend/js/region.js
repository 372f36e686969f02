// A live region of a page: a numbered stream whose events fill the slots that the page declares.
import { announce } from "./announce.js";
import { Stream } from "./stream.js";
import { text } from "./text.js";

const SPOKEN_LENGTH = 160;

function withNumber(address, since) {
  const url = new URL(address, location.href);
  url.searchParams.set("since", since);
  return url;
}

function socketTo(address) {
  return (since) => {
    const url = withNumber(address, since);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new WebSocket(url);
  };
}

function pollFrom(address) {
  return async (since) => {
    try {
      const answer = await fetch(withNumber(address, since), { cache: "no-store" });
      return answer.ok ? (await answer.json()).events : null;
    } catch {
      return null; // no network: the region already shows that the line is lost
    }
  };
}

function wallClock(instant) {
  // Swedish writes a 24-hour time in the order of ISO 8601.
  return new Date(instant).toLocaleTimeString("sv-SE", { timeZone: "Asia/Shanghai" });
}

// Words of neighbouring cells stay apart, unlike in textContent.
function wordsOf(part) {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) words.push(walker.currentNode.data.trim());
  return words.filter(Boolean).join(" ");
}

// Names of codes in the reader's language, as the page's `#live-words` holds them: table -> code -> name.
function named(table, code) {
  const words = JSON.parse(document.getElementById("live-words")?.textContent ?? "{}");
  return words[table]?.[code] ?? code ?? "";
}

function fromTemplate(template, message) {
  const part = template.content.cloneNode(true);
  for (const field of part.querySelectorAll("[data-field]")) {
    const value = field.dataset.field.split(".").reduce((found, name) => found?.[name], message);
    if (field.dataset.words) field.textContent = named(field.dataset.words, value);
    else field.textContent = field.dataset.format === "clock" ? wallClock(value) : (value ?? "");
  }
  for (const element of part.querySelectorAll("[data-id]")) {
    element.id = element.dataset.id.split(".").reduce((found, name) => found?.[name], message);
  }
  return part;
}

function fromHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

function place(slot, part) {
  const mode = slot.dataset.mode ?? "append";
  if (mode === "replace") {
    slot.replaceChildren(...slot.querySelectorAll(":scope > template"), part);
    return;
  }
  for (const element of [...part.children]) {
    const old = element.id && document.getElementById(element.id);
    if (old) old.replaceWith(element); // an event that restates a row replaces it where it stands
  }
  if (mode === "prepend") slot.prepend(part);
  else slot.append(part);
  const keep = Number(slot.dataset.keep);
  if (!keep) return;
  const rows = [...slot.children].filter((row) => row.localName !== "template");
  for (const row of mode === "prepend" ? rows.slice(keep) : rows.slice(0, -keep)) row.remove();
}

/** One `[data-live]` element bound to its stream. */
export class Region {
  constructor(element, { clock = null } = {}) {
    this.element = element;
    this.clock = clock;
    this.stream = new Stream({
      connect: socketTo(element.dataset.live),
      poll: element.dataset.poll ? pollFrom(element.dataset.poll) : null,
      since: Number(element.dataset.since ?? 0),
    });
    this.stream.addEventListener("event", (event) => this.#apply(event.detail));
    this.stream.addEventListener("state", (event) => this.#state(event.detail));
    this.stream.addEventListener("time", (event) => this.clock?.hint(Date.parse(event.detail)));
    addEventListener("online", () => this.stream.retry());
    addEventListener("pagehide", () => this.stream.stop("ended"), { once: true });
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    this.#state({ state: "connecting" });
    this.stream.start();
  }

  #apply(message) {
    this.element.dataset.since = String(message.n);
    const ready = new CustomEvent("live:before", { bubbles: true, cancelable: true, detail: message });
    if (this.element.dispatchEvent(ready)) this.#render(message);
    if (message.at) this.clock?.hint(Date.parse(message.at));
    this.element.dispatchEvent(new CustomEvent("live:event", { bubbles: true, detail: message }));
  }

  #render(message) {
    let said = message.data?.say;
    for (const slot of this.element.querySelectorAll("[data-slot]")) {
      if (!slot.dataset.slot.split(/\s+/).includes(message.kind)) continue;
      const template = slot.querySelector(`template[data-kind="${CSS.escape(message.kind)}"]`);
      if (!message.html && !template) continue;
      const part = template ? fromTemplate(template, message) : fromHtml(message.html);
      const speaker = part.querySelector("[data-say]");
      said ??= speaker?.dataset.say || wordsOf(speaker ?? part);
      place(slot, part);
      globalThis.htmx?.process(slot);
    }
    if (this.stream.state === "live" || this.stream.state === "polling") {
      announce(said?.replace(/\s+/g, " ").slice(0, SPOKEN_LENGTH));
    }
  }

  #state({ state, missed = 0, retryIn = 0 }) {
    const before = this.element.dataset.state;
    this.element.dataset.state = state;
    const key = `live-${state}`.replace(/-./g, (pair) => pair[1].toUpperCase());
    const seconds = Math.max(1, Math.round(retryIn / 1000));
    const sentence = missed ? text("liveCaughtUp", { n: missed }) : text(key, { seconds });
    for (const status of this.element.querySelectorAll("[data-live-status]")) status.textContent = sentence;
    const changed = before !== state && before !== undefined && !(before === "connecting" && state === "live");
    if (changed) announce(sentence);
    this.element.dispatchEvent(new CustomEvent("live:state", { bubbles: true, detail: { state, missed } }));
  }
}
