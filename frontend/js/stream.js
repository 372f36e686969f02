// A numbered stream: after any break the reader asks for what follows its last number, and nothing is shown out of order.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
const QUIET = 400;
const PATIENCE = 2_000;
const SILENT_BEATS = 2.5;
const POLL_EVERY = 5_000;
const OPEN_WITHIN = 10_000;

/** Close codes after which trying again is useless, with the state that the page shows. */
export const FINAL = { 4003: "signed-out", 4004: "refused", 4010: "ended" };

/** The wait before try number `tries` (from 0): doubling, bounded, spread over its upper half. */
export function wait(tries, random = Math.random) {
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return longest / 2 + (longest / 2) * random();
}

/**
 * Events `event` (detail: one message), `state` (detail: {state, missed, retryIn}) and `time` (detail: instant).
 * States: connecting, live, lost, catching-up, polling, and the final ones of FINAL.
 * A message with a whole number `n` is an event; one without is a control frame {tip?, now?, beat?}.
 */
export class Stream extends EventTarget {
  #socket = null;
  #timers = new Map();
  #tries = 0;
  #everLive = false;
  #missed = 0;
  #tip = null;
  #beat = 0;
  #askedAt = null;
  #polling = false;

  constructor({ connect, poll = null, since = 0, random = Math.random }) {
    super();
    this.connect = connect;
    this.poll = poll;
    this.last = since;
    this.random = random;
    this.state = "connecting";
  }

  start() {
    this.#open();
  }

  stop(state = "ended") {
    this.#polling = false;
    this.#drop();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#become(state);
  }

  /** Try at once, for instance when the machine is online again. */
  retry() {
    if (this.#socket || this.final) return;
    this.#open();
  }

  get final() {
    return Object.values(FINAL).includes(this.state);
  }

  #after(name, milliseconds, act) {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(act, milliseconds));
  }

  #cancel(...names) {
    for (const name of names) clearTimeout(this.#timers.get(name));
  }

  #become(state, more = {}) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: { state, ...more } }));
  }

  #open() {
    this.#cancel("retry");
    this.#drop();
    this.#tip = null;
    const socket = this.connect(this.last);
    this.#socket = socket;
    this.#after("open", OPEN_WITHIN, () => this.#lose());
    const mine = (act) => (event) => socket === this.#socket && act(event);
    socket.addEventListener("open", mine(() => this.#opened()));
    socket.addEventListener("message", mine((event) => this.#frame(event.data)));
    socket.addEventListener("close", mine((event) => this.#closed(event.code)));
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#cancel("silence", "quiet", "open");
    socket?.close();
  }

  #opened() {
    this.#cancel("open", "poll");
    this.#polling = false;
    this.#become(this.#everLive || this.#tries ? "catching-up" : "connecting");
    if (this.#beat) this.#watch();
    this.#settleSoon();
  }

  get #behind() {
    return this.#tip !== null && this.last < this.#tip;
  }

  // Without a tip a short quiet means that everything missed has come; behind the tip it means a hole.
  #settleSoon() {
    this.#after("quiet", QUIET, () => {
      if (this.#behind) this.#after("quiet", PATIENCE, () => this.#behind && this.#gap());
      else this.#settle();
    });
  }

  #settle() {
    this.#cancel("quiet");
    if (!this.#socket || this.state === "live") return;
    const missed = this.#everLive ? this.#missed : 0;
    this.#everLive = true;
    this.#missed = 0;
    this.#tries = 0;
    this.#become("live", { missed });
  }

  #frame(data) {
    const message = JSON.parse(data);
    if (this.#beat) this.#watch();
    if (Number.isInteger(message.n)) this.#numbered(message);
    else this.#control(message);
  }

  #control({ tip, now, beat }) {
    if (beat) {
      this.#beat = beat;
      this.#watch();
    }
    if (now) this.dispatchEvent(new CustomEvent("time", { detail: now }));
    if (!Number.isInteger(tip)) return;
    this.#tip = tip;
    if (!this.#behind) this.#settle();
    else this.#settleSoon();
  }

  #watch() {
    this.#after("silence", this.#beat * SILENT_BEATS * 1000, () => this.#lose());
  }

  #numbered(message) {
    if (message.n <= this.last) return;
    if (message.n > this.last + 1) {
      this.#gap();
      return;
    }
    this.#apply(message);
    if (this.state === "live") return;
    if (this.#tip !== null && !this.#behind) this.#settle();
    else this.#settleSoon();
  }

  #apply(message) {
    this.last = message.n;
    if (this.state !== "live") this.#missed += 1;
    this.dispatchEvent(new CustomEvent("event", { detail: message }));
  }

  // A hole in the numbers: ask again from the last good one; at once the first time, later with the usual wait.
  #gap() {
    const again = this.#askedAt === this.last;
    this.#askedAt = this.last;
    if (again) {
      this.#lose();
      return;
    }
    this.#become("catching-up");
    this.#open();
  }

  #closed(code) {
    if (code in FINAL) {
      this.stop(FINAL[code]);
      return;
    }
    this.#lose();
  }

  #lose() {
    this.#drop();
    const retryIn = wait(this.#tries, this.random);
    this.#tries += 1;
    this.#become(this.state === "polling" ? "polling" : "lost", { retryIn });
    this.#after("retry", retryIn, () => this.#open());
    if (!this.poll || this.#polling) return;
    this.#polling = true;
    this.#after("poll", POLL_EVERY, () => this.#ask());
  }

  async #ask() {
    const messages = await this.poll(this.last);
    if (!this.#polling || this.final) return;
    if (messages) {
      for (const message of messages) if (message.n === this.last + 1) this.#apply(message);
      this.#become("polling");
    }
    this.#after("poll", POLL_EVERY, () => this.#ask());
  }
}
