// Sentences for scripts come from the page, which the server wrote in the reader's language.

/** The sentence `key` of `#ui-text`, with `{name}` replaced; a missing key shows itself, so that it is found. */
export function text(key, values = {}) {
  const found = document.getElementById("ui-text")?.dataset[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
