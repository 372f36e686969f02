import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { FINAL, Stream, wait } from "../js/stream.js";

class Line extends EventTarget {
  constructor(since) {
    super();
    this.since = since;
    this.closed = false;
  }
  open() {
    this.dispatchEvent(new Event("open"));
  }
  say(message) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }
  end(code) {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
  close() {
    this.closed = true;
  }
}

function listen(options = {}) {
  const lines = [];
  const seen = [];
  const states = [];
  const stream = new Stream({
    connect(since) {
      lines.push(new Line(since));
      return lines.at(-1);
    },
    random: () => 0,
    ...options,
  });
  stream.addEventListener("event", ({ detail }) => seen.push(detail.n));
  stream.addEventListener("state", ({ detail }) => states.push(detail));
  stream.start();
  return { stream, lines, seen, states, names: () => states.map(({ state }) => state) };
}

const settle = async () => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
};

beforeEach(() => mock.timers.reset());

function clocked(options) {
  mock.timers.enable({ apis: ["setTimeout"] });
  return listen(options);
}

test("events come in order, once each", () => {
  const { lines, seen } = clocked({ since: 3 });
  assert.equal(lines[0].since, 3);
  lines[0].open();
  for (const n of [4, 4, 3, 5]) lines[0].say({ n, kind: "x" });
  assert.deepEqual(seen, [4, 5]);
});

test("a hole is never shown: the line is opened again from the last good number", () => {
  const { lines, seen, names } = clocked();
  lines[0].open();
  lines[0].say({ tip: 1 });
  lines[0].say({ n: 1 });
  lines[0].say({ n: 3 });
  assert.deepEqual(seen, [1]);
  assert.equal(lines.length, 2);
  assert.equal(lines[0].closed, true);
  assert.equal(lines[1].since, 1);
  lines[0].say({ n: 2 }); // words from a line that was left do not count
  assert.deepEqual(seen, [1]);
  lines[1].open();
  for (const n of [2, 3]) lines[1].say({ n });
  lines[1].say({ tip: 3 });
  assert.deepEqual(seen, [1, 2, 3]);
  assert.deepEqual(names(), ["connecting", "live", "catching-up", "catching-up", "live"]);
});

test("a hole that stays is asked for with the usual wait, not in a storm", () => {
  const { lines } = clocked();
  lines[0].open();
  lines[0].say({ n: 2 });
  assert.equal(lines.length, 2);
  lines[1].open();
  lines[1].say({ n: 2 });
  assert.equal(lines.length, 2);
  mock.timers.tick(wait(0, () => 0));
  assert.equal(lines.length, 3);
});

test("after a break the missed events are counted and then the line is live", () => {
  const { lines, seen, states } = clocked();
  lines[0].open();
  lines[0].say({ n: 1 });
  lines[0].say({ tip: 1 });
  lines[0].end(1006);
  assert.equal(states.at(-1).state, "lost");
  assert.ok(states.at(-1).retryIn > 0);
  mock.timers.tick(states.at(-1).retryIn);
  assert.equal(lines[1].since, 1);
  lines[1].open();
  assert.equal(states.at(-1).state, "catching-up");
  for (const n of [2, 3, 4]) lines[1].say({ n });
  lines[1].say({ tip: 4 });
  assert.deepEqual(seen, [1, 2, 3, 4]);
  assert.deepEqual(states.at(-1), { state: "live", missed: 3 });
});

test("without a tip a short quiet means caught up", () => {
  const { lines, states } = clocked();
  lines[0].open();
  lines[0].say({ n: 1 });
  assert.equal(states.at(-1).state, "connecting");
  mock.timers.tick(400);
  assert.equal(states.at(-1).state, "live");
});

test("a tip ahead of the last number uncovers a silent loss", () => {
  const { lines } = clocked();
  lines[0].open();
  lines[0].say({ tip: 0 });
  lines[0].say({ tip: 2 });
  mock.timers.tick(400);
  assert.equal(lines.length, 1);
  mock.timers.tick(2000);
  assert.equal(lines.length, 2);
  assert.equal(lines[1].since, 0);
});

test("waits double, are bounded and spread", () => {
  assert.deepEqual([0, 1, 2].map((n) => wait(n, () => 1)), [500, 1000, 2000]);
  assert.equal(wait(50, () => 1), 10_000);
  assert.equal(wait(3, () => 0), wait(3, () => 1) / 2);
});

test("refusals are final", () => {
  for (const [code, state] of Object.entries(FINAL)) {
    mock.timers.reset();
    const { lines, states, stream } = clocked();
    lines[0].end(Number(code));
    assert.equal(states.at(-1).state, state);
    mock.timers.tick(60_000);
    stream.retry();
    assert.equal(lines.length, 1);
  }
});

test("a silent line is given up after two and a half beats, a beating one is kept", () => {
  const { lines, states } = clocked();
  lines[0].open();
  lines[0].say({ tip: 0, beat: 10 });
  mock.timers.tick(20_000);
  lines[0].say({ tip: 0 });
  mock.timers.tick(24_000);
  assert.equal(states.at(-1).state, "live");
  mock.timers.tick(1_000);
  assert.equal(states.at(-1).state, "lost");
  assert.equal(lines[0].closed, true);
});

test("a line that never opens is given up", () => {
  const { lines, states } = clocked();
  mock.timers.tick(10_000);
  assert.equal(states.at(-1).state, "lost");
  assert.equal(lines[0].closed, true);
});

test("where no line can be held the server is asked, and events still come once", async () => {
  const asked = [];
  const { lines, seen, names } = clocked({
    poll: async (since) => {
      asked.push(since);
      return [{ n: since + 1 }, { n: since + 2 }].filter(({ n }) => n <= 3);
    },
  });
  for (let second = 0; second < 6; second += 1) {
    lines.at(-1).end(1006);
    mock.timers.tick(1000);
    await settle();
  }
  assert.deepEqual(seen, [1, 2]);
  assert.ok(names().includes("polling"));
  mock.timers.tick(5000);
  await settle();
  assert.deepEqual(seen, [1, 2, 3]);
  assert.deepEqual(asked.slice(0, 2), [0, 2]);
  const line = lines.at(-1);
  line.open();
  line.say({ n: 3 });
  line.say({ tip: 3 });
  assert.equal(names().at(-1), "live");
  const before = asked.length;
  mock.timers.tick(20_000);
  await settle();
  assert.equal(asked.length, before);
  assert.deepEqual(seen, [1, 2, 3]);
});

test("the server's time is passed on", () => {
  const { stream, lines } = clocked();
  const times = [];
  stream.addEventListener("time", ({ detail }) => times.push(detail));
  lines[0].open();
  lines[0].say({ tip: 0, now: "2026-03-31T01:00:00.000Z" });
  assert.deepEqual(times, ["2026-03-31T01:00:00.000Z"]);
});
