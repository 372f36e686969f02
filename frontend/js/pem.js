// PEM and PKCS#8 in the browser: finds certificate and key, and opens a protected key with its passphrase.
const BLOCK = /-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;
const OID_PBES2 = "1.2.840.113549.1.5.13";
const OID_PBKDF2 = "1.2.840.113549.1.5.12";
const HASHES = {
  "1.2.840.113549.2.7": "SHA-1",
  "1.2.840.113549.2.9": "SHA-256",
  "1.2.840.113549.2.10": "SHA-384",
  "1.2.840.113549.2.11": "SHA-512",
};
const CIPHERS = {
  "2.16.840.1.101.3.4.1.2": 128,
  "2.16.840.1.101.3.4.1.42": 256,
};

/** A file that cannot be used; `say` names the sentence that tells why: missing, passphrase, wrong, kind. */
export class PemError extends Error {
  constructor(say) {
    super(say);
    this.say = say;
  }
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64.replace(/\s/g, "")), (sign) => sign.charCodeAt(0));
}

/** Return {certificate: PEM text, key: DER, locked: bool} of PEM texts; throws PemError. */
export function readPem(texts) {
  const found = { certificate: "", key: null, locked: false };
  for (const text of texts) {
    for (const [whole, kind, body] of text.matchAll(BLOCK)) {
      if (kind === "CERTIFICATE" && !found.certificate) found.certificate = whole;
      if (kind === "PRIVATE KEY") found.key = bytesOf(body);
      if (kind === "ENCRYPTED PRIVATE KEY") Object.assign(found, { key: bytesOf(body), locked: true });
      if (kind === "EC PRIVATE KEY" || kind === "RSA PRIVATE KEY") throw new PemError("kind");
    }
  }
  if (!found.certificate || !found.key) throw new PemError("missing");
  return found;
}

/** Read one DER element at an offset: its tag, its content, and where the next one starts. */
function element(data, start) {
  let size = data[start + 1];
  let body = start + 2;
  if (size & 0x80) {
    const count = size & 0x7f;
    size = 0;
    for (let i = 0; i < count; i += 1) size = size * 256 + data[body + i];
    body += count;
  }
  const end = body + size;
  if (!(end <= data.length)) throw new PemError("kind");
  return { tag: data[start], content: data.subarray(body, end), end };
}

function children(data) {
  const found = [];
  for (let at = 0; at < data.length; ) {
    const next = element(data, at);
    found.push(next);
    at = next.end;
  }
  return found;
}

function oid(content) {
  const parts = [Math.floor(content[0] / 40), content[0] % 40];
  let value = 0;
  for (const byte of content.subarray(1)) {
    value = value * 128 + (byte & 0x7f);
    if (!(byte & 0x80)) {
      parts.push(value);
      value = 0;
    }
  }
  return parts.join(".");
}

function number(content) {
  return content.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Read EncryptedPrivateKeyInfo (RFC 5958) with PBES2 (RFC 8018): salt, rounds, hash, cipher, iv, data. */
export function readLocked(der) {
  const [algorithm, data] = children(element(der, 0).content);
  const [name, parameters] = children(algorithm.content);
  if (oid(name.content) !== OID_PBES2) throw new PemError("kind");
  const [kdf, scheme] = children(parameters.content);
  const [kdfName, kdfParameters] = children(kdf.content);
  const [schemeName, iv] = children(scheme.content);
  const length = CIPHERS[oid(schemeName.content)];
  if (oid(kdfName.content) !== OID_PBKDF2 || !length) throw new PemError("kind");
  const [salt, rounds, ...rest] = children(kdfParameters.content);
  const prf = rest.find((each) => each.tag === 0x30);
  const hash = prf ? HASHES[oid(children(prf.content)[0].content)] : "SHA-1";
  if (!hash) throw new PemError("kind");
  return {
    salt: salt.content,
    rounds: number(rounds.content),
    hash,
    length,
    iv: iv.content,
    data: data.content,
  };
}

async function unlock(der, passphrase) {
  const found = readLocked(der);
  if (!passphrase) throw new PemError("passphrase");
  const words = new TextEncoder().encode(passphrase);
  const base = await crypto.subtle.importKey("raw", words, "PBKDF2", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "PBKDF2", salt: found.salt, iterations: found.rounds, hash: found.hash },
    base,
    { name: "AES-CBC", length: found.length },
    false,
    ["decrypt"],
  );
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv: found.iv }, key, found.data));
  } catch {
    throw new PemError("wrong");
  }
}

/** Return a WebCrypto key that can only sign; throws PemError. */
export async function signingKey({ key, locked }, passphrase) {
  const plain = locked ? await unlock(key, passphrase) : key;
  try {
    return await crypto.subtle.importKey("pkcs8", plain, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  } catch {
    throw new PemError(locked ? "wrong" : "kind");
  } finally {
    plain.fill(0);
  }
}
