// Server time, carried forward by a monotonic clock: a wrong client clock never moves a countdown.

const SYNC_EVERY = 60_000;
const STALE_AFTER = 180_000;
const DRIFT_PER_MS = 1e-4;
const SLEPT = 2_000;

/** Whether a sample replaces the base: it is at least as exact, or the two cannot both be right. */
export function better(base, sample) {
  if (base === null) return true;
  const age = sample.local - base.local;
  const doubt = base.error + Math.abs(age) * DRIFT_PER_MS;
  const apart = Math.abs(base.server + age - sample.server);
  return sample.error <= doubt || apart > doubt + sample.error;
}

/** A clock set from samples {server, local, error} in milliseconds; `local` reads a monotonic clock. */
export class ServerClock extends EventTarget {
  #base = null;
  #syncing = null;
  #confirmed = -Infinity;

  constructor({ local = () => performance.now(), ask = null } = {}) {
    super();
    this.local = local;
    this.ask = ask;
  }

  get known() {
    return this.#base !== null;
  }

  /** No server answer within three minutes: shown as "not confirmed", counting goes on. */
  get stale() {
    return this.local() - this.#confirmed > STALE_AFTER;
  }

  now() {
    if (this.#base === null) throw new Error("server time is not known yet");
    return this.#base.server + (this.local() - this.#base.local);
  }

  offer(sample) {
    this.#confirmed = Math.max(this.#confirmed, sample.local);
    if (!better(this.#base, sample)) return;
    const before = this.#base && this.now();
    this.#base = sample;
    if (before === null || Math.abs(this.now() - before) > 1000) this.dispatchEvent(new Event("set"));
  }

  /** A time seen in passing, of unknown age: only a reason to ask, never taken over. */
  hint(server) {
    if (this.known && Math.abs(server - this.now()) > SLEPT) this.sync();
  }

  sync() {
    if (!this.ask) return Promise.resolve();
    this.#syncing ??= this.#sample().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  async #sample() {
    const sent = this.local();
    const server = await this.ask();
    if (server === null) return;
    const got = this.local();
    this.offer({ server, local: (sent + got) / 2, error: (got - sent) / 2 });
  }
}

async function askServer(address) {
  try {
    const answer = await fetch(address, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok) return null;
    const server = Date.parse((await answer.json()).now);
    return Number.isNaN(server) ? null : server;
  } catch {
    return null; // offline: the page shows "not confirmed" once the last answer is too old
  }
}

function fromPage(meta) {
  const [visit] = performance.getEntriesByType("navigation");
  const server = Date.parse(meta.content);
  // A page out of the browser's cache carries an old instant: ask instead.
  if (!visit || Number.isNaN(server) || visit.type === "back_forward" || visit.transferSize === 0) return null;
  const wait = visit.responseStart - visit.requestStart;
  return { server, local: visit.responseStart, error: wait / 2 + 50 };
}

/** Start the page's clock from `<meta name="server-time" content="instant" data-source="address">`. */
export function startClock() {
  const meta = document.querySelector('meta[name="server-time"]');
  const source = meta?.dataset.source;
  const clock = new ServerClock({ ask: source ? () => askServer(source) : null });
  const first = meta && fromPage(meta);
  if (first) clock.offer(first);
  clock.sync();
  setInterval(() => document.hidden || clock.sync(), SYNC_EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || clock.sync());
  addEventListener("pageshow", (event) => event.persisted && clock.sync());
  addEventListener("online", () => clock.sync());
  let wall = Date.now() - performance.now();
  setInterval(() => {
    const apart = Date.now() - performance.now() - wall;
    if (Math.abs(apart) < SLEPT) return;
    wall += apart; // the machine slept or its clock was set: the monotonic clock may have stood still
    clock.sync();
  }, 1000);
  return clock;
}
