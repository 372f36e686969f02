// A part of a page that the server draws anew when something happened: `<div data-refresh="/…" data-spread="2000">`.
const SOONEST = 250;
const RETRY = 5_000;

// A list in which nothing is marked as chosen shows its first line: that is no choice of the reader.
function chosen(list) {
  const lines = [...list.options];
  const fresh = Math.max(0, lines.findIndex((one) => one.defaultSelected));
  return lines.some((one, place) => one.selected !== (place === fresh));
}

function typedIn(element) {
  const fields = element.querySelectorAll("textarea, input:not([type=hidden]), select");
  return [...fields].some((field) => {
    if (field.localName === "select") return chosen(field);
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  });
}

/** Whether a part must stay as it is: somebody types in it, or a dialog in it is open. */
export function isBusy(element) {
  return Boolean(element.querySelector("dialog[open]")) || typedIn(element);
}

/** Fetches its part a moment after the last event, spread over time where very many look on; never while one types. */
export class Refreshed {
  #timer = null;
  #busyNote;

  constructor(element, { fetch = globalThis.fetch.bind(globalThis), random = Math.random } = {}) {
    this.element = element;
    this.url = element.dataset.refresh;
    this.spread = Number(element.dataset.spread ?? 0);
    this.fetch = fetch;
    this.random = random;
    this.#busyNote = element.querySelector("[data-refresh-held]");
  }

  soon() {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#load(), SOONEST + this.spread * this.random());
  }

  async #load() {
    this.#timer = null;
    if (isBusy(this.element)) {
      this.#hold();
      return;
    }
    try {
      const answer = await this.fetch(this.url, { cache: "no-store", headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (isBusy(this.element)) this.#hold(); // somebody began to type while the answer was on its way
      else this.#show(html);
    } catch {
      this.#timer = setTimeout(() => this.#load(), RETRY); // the live line's own bar says that the server is away
    }
  }

  #hold() {
    const note = this.element.querySelector("[data-refresh-held]") ?? this.#busyNote;
    if (note) note.hidden = false;
    this.#timer = setTimeout(() => this.#load(), RETRY);
  }

  #show(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const inside = document.activeElement?.id && this.element.contains(document.activeElement);
    const id = inside ? document.activeElement.id : "";
    const shown = new Set([...this.element.querySelectorAll("[data-reveal]")].map((one) => one.id));
    this.element.replaceChildren(template.content);
    for (const one of this.element.querySelectorAll("[data-reveal]")) {
      if (!shown.has(one.id)) one.classList.add("y-reveal");
    }
    globalThis.htmx?.process(this.element);
    if (id) document.getElementById(id)?.focus();
    this.element.dispatchEvent(new CustomEvent("part:refreshed", { bubbles: true }));
  }
}
