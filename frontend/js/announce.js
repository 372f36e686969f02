// One polite live region for the page: a reader hears what changed without losing the place.

const MOST = 5;
const waiting = [];
let timer = null;

/** Say a sentence to assistive technology; sentences said together are spoken one after the other. */
export function announce(sentence) {
  if (!sentence) return;
  waiting.push(sentence);
  timer ??= setTimeout(speak, 150);
}

function speak() {
  timer = null;
  const region = document.getElementById("announcer");
  // More than a listener can follow: the last ones, the page holds them all.
  if (region) region.textContent = waiting.splice(0).slice(-MOST).join(" ");
}
