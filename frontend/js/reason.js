// A control that is not available says why: on hover and focus by style alone, on a tap by this script.

const GAP = 6;

function control(event) {
  return event.target.closest?.('[aria-disabled="true"]');
}

function close(except = null) {
  for (const open of document.querySelectorAll("[data-reason-open]")) {
    if (open !== except) delete open.dataset.reasonOpen;
  }
}

let shown = null;

// Placed in the window, not in the page: a table that scrolls would cut it off.
function place(holder) {
  const tip = holder?.querySelector(".y-reason-text");
  if (!tip) return;
  shown = holder;
  const button = holder.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.max(GAP, Math.min(button.left, innerWidth - width - GAP));
  const below = button.bottom + GAP;
  const top = below + height > innerHeight ? button.top - height - GAP : below;
  Object.assign(tip.style, { position: "fixed", left: `${left}px`, top: `${top}px` });
}

/** Stop the click of an unavailable control before anything else sees it, and show its reason. */
export function startReasons() {
  addEventListener(
    "click",
    (event) => {
      const found = control(event);
      const holder = found?.closest("[data-reason]");
      close(holder);
      if (!found) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (holder) holder.dataset.reasonOpen = "";
    },
    { capture: true },
  );
  for (const kind of ["pointerover", "focusin"]) {
    addEventListener(kind, (event) => place(event.target.closest?.('[data-reason="tip"]')));
  }
  addEventListener("scroll", () => place(shown), { capture: true, passive: true });
  addEventListener("keydown", (event) => event.key === "Escape" && close());
}
