// Small behaviours as Alpine components; its CSP build runs no text as code.
import { announce } from "./announce.js";
import { text } from "./text.js";

const COPIED_FOR = 2000;

async function toClipboard(words) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(words);
    return;
  }
  // Plain HTTP off this machine has no clipboard: select a hidden field, as browsers did before.
  const field = document.createElement("textarea");
  field.value = words;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("the browser refused to copy");
}

/** `x-data="copy" data-text="…"`: a button with `@click="copy"`; `x-text="label"` says what happened. */
function copy() {
  return {
    label: "",
    init() {
      this.label = text("copy");
    },
    async copy() {
      let key = "copied";
      try {
        await toClipboard(this.$root.dataset.text);
      } catch {
        key = "copyFailed";
      }
      this.label = text(key);
      announce(this.label);
      setTimeout(() => (this.label = text("copy")), COPIED_FOR);
    },
  };
}

/** `x-data="dialog"` around a button with `@click="open"` and one `<dialog x-ref="dialog">`. */
function dialog() {
  return {
    open() {
      this.$refs.dialog.showModal();
    },
    close() {
      this.$refs.dialog.close();
    },
    outside(event) {
      if (event.target === this.$refs.dialog) this.$refs.dialog.close();
    },
  };
}

/** `x-data="tabs"` around `[role=tab]` buttons and `[role=tabpanel]` sections, linked by aria-controls. */
function tabs() {
  return {
    init() {
      const chosen = this.list().find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash);
      this.choose(chosen ?? this.list()[0]);
    },
    list() {
      return [...this.$root.querySelectorAll('[role="tab"]')];
    },
    choose(tab) {
      for (const one of this.list()) {
        const on = one === tab;
        one.setAttribute("aria-selected", String(on));
        one.tabIndex = on ? 0 : -1;
        document.getElementById(one.getAttribute("aria-controls"))?.toggleAttribute("hidden", !on);
      }
    },
    click(event) {
      const tab = event.target.closest('[role="tab"]');
      if (tab) this.choose(tab);
    },
    key(event) {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const all = this.list();
      const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
      this.choose(next);
      next.focus();
    },
  };
}

/** `x-data="password"` around a password field and a button with `@click="toggle"`. */
function password() {
  return {
    shown: false,
    label: "",
    init() {
      this.label = text("show");
    },
    toggle() {
      this.shown = !this.shown;
      this.label = text(this.shown ? "hide" : "show");
      const field = this.$root.querySelector("input");
      field.type = this.shown ? "text" : "password";
      field.focus();
    },
  };
}

/** `x-data="largeType" data-for="#hall"`: a button with `@click="toggle"`; remembered on this machine. */
function largeType() {
  return {
    on: false,
    init() {
      this.set(localStorage.getItem("large-type") === "on");
    },
    toggle() {
      this.set(!this.on);
      localStorage.setItem("large-type", this.on ? "on" : "off");
    },
    set(on) {
      this.on = on;
      document.querySelector(this.$root.dataset.for)?.toggleAttribute("data-large", on);
    },
    get pressed() {
      return String(this.on);
    },
  };
}

/** `x-data="printer"`: a button with `@click="print"`. */
function printer() {
  return {
    print() {
      globalThis.print();
    },
  };
}

/** `x-data="slider" data-labels="a,b"`: a range with `@input="show"`; `x-text="label"` says what its place stands for. */
function slider() {
  return {
    label: "",
    init() {
      this.show();
    },
    show() {
      this.label = this.$root.dataset.labels.split(",")[this.$root.querySelector("input").valueAsNumber] ?? "";
    },
  };
}

/** Register every component with Alpine. */
export function register(Alpine) {
  const parts = { copy, dialog, tabs, password, largeType, printer, slider };
  for (const [name, part] of Object.entries(parts)) Alpine.data(name, part);
}
