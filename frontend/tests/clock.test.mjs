import assert from "node:assert/strict";
import { test } from "node:test";
import { better, ServerClock } from "../js/clock.js";
import { phase, split } from "../js/countdown.js";

function machine(start = 0) {
  const here = { at: start };
  const clock = new ServerClock({ local: () => here.at });
  return { here, clock };
}

test("time is carried forward by the local monotonic clock", () => {
  const { here, clock } = machine(1000);
  assert.equal(clock.known, false);
  assert.throws(() => clock.now());
  clock.offer({ server: 5_000_000, local: 1000, error: 10 });
  here.at = 3500;
  assert.equal(clock.now(), 5_002_500);
});

test("a worse sample that agrees changes nothing, one that contradicts wins", () => {
  const base = { server: 1_000_000, local: 0, error: 10 };
  assert.equal(better(base, { server: 1_000_130, local: 100, error: 40 }), false);
  assert.equal(better(base, { server: 1_000_101, local: 100, error: 5 }), true);
  assert.equal(better(base, { server: 9_000_000, local: 100, error: 400 }), true);
});

test("a moved server clock is followed and told", () => {
  const { here, clock } = machine();
  let told = 0;
  clock.addEventListener("set", () => (told += 1));
  clock.offer({ server: 1_000_000, local: 0, error: 10 });
  clock.offer({ server: 1_000_105, local: 100, error: 5 });
  assert.equal(told, 1);
  here.at = 200;
  clock.offer({ server: 90_000_000, local: 200, error: 20 });
  assert.equal(clock.now(), 90_000_000);
  assert.equal(told, 2);
});

test("a sample is set to the middle of its round trip", async () => {
  const here = { at: 100 };
  const clock = new ServerClock({
    local: () => here.at,
    ask: async () => {
      here.at += 60;
      return 7_000_000;
    },
  });
  await clock.sync();
  assert.equal(clock.now(), 7_000_030);
});

test("a server that does not answer leaves the time and makes it stale", async () => {
  const here = { at: 0 };
  const clock = new ServerClock({ local: () => here.at, ask: async () => null });
  clock.offer({ server: 1_000_000, local: 0, error: 10 });
  await clock.sync();
  assert.equal(clock.now(), 1_000_000);
  assert.equal(clock.stale, false);
  here.at = 180_001;
  assert.equal(clock.stale, true);
});

test("a hint asks only when it is far off", async () => {
  let asked = 0;
  const clock = new ServerClock({
    local: () => 0,
    ask: async () => {
      asked += 1;
      return 1_000_000;
    },
  });
  clock.offer({ server: 1_000_000, local: 0, error: 10 });
  clock.hint(1_001_500);
  assert.equal(asked, 0);
  clock.hint(1_060_000);
  await clock.sync();
  assert.equal(asked, 1);
});

test("a countdown counts started seconds and never goes below zero", () => {
  assert.deepEqual(split(90_061_000), { left: 90_061, days: 1, clock: "01:01:01" });
  assert.equal(split(1).left, 1);
  assert.equal(split(0).left, 0);
  assert.deepEqual(split(-5000), { left: 0, days: 0, clock: "00:00:00" });
});

test("phases", () => {
  assert.deepEqual([3601, 3600, 301, 300, 1, 0].map(phase), ["far", "near", "near", "last", "last", "done"]);
});
