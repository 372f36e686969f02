// What htmx needs to know of this site: the CSRF token, and a sentence when the server cannot be reached.
import { announce } from "./announce.js";
import { text } from "./text.js";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

function token() {
  return document.querySelector('input[name="csrfmiddlewaretoken"]')?.value;
}

function complain(key, values) {
  const notice = document.getElementById("request-notice");
  if (!notice) return;
  notice.textContent = text(key, values);
  notice.hidden = false;
  announce(notice.textContent);
}

/** Bind the page's htmx requests: token out, failures shown, success clears the notice. */
export function startRequests() {
  document.addEventListener("htmx:config:request", ({ detail }) => {
    const { request } = detail.ctx;
    if (!SAFE.has(request.method.toUpperCase())) request.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:after:request", ({ detail }) => {
    const status = detail.ctx.response?.status ?? 0;
    const notice = document.getElementById("request-notice");
    if (status >= 500 || status === 403 || status === 404) complain("serverFault", { status });
    else if (notice) notice.hidden = true;
  });
  document.addEventListener("htmx:error", () => complain("unreachable"));
}
