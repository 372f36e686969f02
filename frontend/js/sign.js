// Signs the document of a page with the seat's key file; the key is read here and is never sent.
import { announce } from "./announce.js";
import { PemError, readPem, signingKey } from "./pem.js";

const root = document.querySelector("[data-sign]");
const said = root?.querySelector(".y-sign-said");

function tell(key) {
  const words = root.dataset[`say${key[0].toUpperCase()}${key.slice(1)}`];
  said.textContent = words;
  announce(words);
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function base64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

async function sign() {
  if (!globalThis.crypto?.subtle) {
    tell("insecure");
    return;
  }
  const form = root.querySelector("form");
  const files = [...root.querySelector("#sign-files").files];
  const passphrase = root.querySelector("#sign-passphrase");
  try {
    tell("signing");
    const found = readPem(await Promise.all(files.map((file) => file.text())));
    const key = await signingKey(found, passphrase.value);
    const raw = await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      key,
      bytes(root.dataset.document),
    );
    form.elements.certificate.value = found.certificate;
    form.elements.raw.value = base64(raw);
    passphrase.value = "";
    form.submit();
  } catch (error) {
    if (!(error instanceof PemError)) throw error;
    tell(error.say);
  }
}

root?.querySelector("[data-sign-now]").addEventListener("click", sign);
