// The one-time link of the kit: its token stands behind the #, is posted once, and leaves the address at once.
const form = document.querySelector("[data-ticket]");
const token = location.hash.slice(1);

if (form && token) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("ticket-missing").hidden = true;
  document.getElementById("ticket-wait").hidden = false;
  form.elements.token.value = token;
  form.submit();
}
