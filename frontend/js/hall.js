// The live opening hall and every other live region: `<section data-live="/ws/…" data-since="12">`.
import { Refreshed } from "./refreshed.js";
import { Region } from "./region.js";

const { clock } = globalThis.yangguang;

for (const element of document.querySelectorAll("[data-live]")) {
  const parts = [...element.querySelectorAll("[data-refresh]")].map((part) => new Refreshed(part));
  element.addEventListener("live:event", () => {
    for (const part of parts) part.soon();
  });
  element.addEventListener("countdown:done", () => {
    for (const part of parts) part.soon();
  });
  new Region(element, { clock });
}
