import assert from "node:assert/strict";
import { test } from "node:test";
import { isBusy, Refreshed } from "../js/refreshed.js";

function part({ fields = [], dialog = null } = {}) {
  return {
    querySelector: (selector) => (selector === "dialog[open]" ? dialog : null),
    querySelectorAll: () => fields,
  };
}

const text = (value, defaultValue) => ({ localName: "textarea", value, defaultValue });
const radio = (checked, defaultChecked) => ({ localName: "input", type: "radio", checked, defaultChecked });
const choice = (selected, ...marked) => ({
  localName: "select",
  options: [0, 1, 2].map((place) => ({ selected: place === selected, defaultSelected: marked.includes(place) })),
});

test("a part in which nothing was typed may be drawn anew", () => {
  assert.equal(isBusy(part({ fields: [text("", ""), radio(false, false), choice(0), choice(2, 2)] })), false);
});

test("what was typed, chosen or opened holds the part as it is", () => {
  assert.equal(isBusy(part({ fields: [text("a reason", "")] })), true);
  assert.equal(isBusy(part({ fields: [radio(true, false)] })), true);
  assert.equal(isBusy(part({ fields: [choice(1)] })), true);
  assert.equal(isBusy(part({ dialog: {} })), true);
});

test("a dialog that is opened while the answer is on its way is not thrown away", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const note = { hidden: true };
  const element = {
    dataset: { refresh: "/now/" },
    dialog: null,
    drawn: 0,
    querySelector: (selector) => (selector === "dialog[open]" ? element.dialog : note),
    querySelectorAll: () => [],
    replaceChildren: () => (element.drawn += 1),
  };
  let answered;
  const fetch = async () => {
    element.dialog = {};
    return { ok: true, text: async () => answered() };
  };
  const asked = new Promise((resolve) => (answered = () => resolve("asked") ?? "<p></p>"));
  new Refreshed(element, { fetch, random: () => 0 }).soon();
  context.mock.timers.tick(250);
  await asked;
  await new Promise(setImmediate);
  assert.equal(element.drawn, 0);
  assert.equal(note.hidden, false);
});
