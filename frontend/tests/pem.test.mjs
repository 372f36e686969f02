// Key files as OpenSSL and the kit write them: found, unlocked with their passphrase, and able to sign.
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import { PemError, readLocked, readPem, signingKey } from "../js/pem.js";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const plain = pair.privateKey.export({ type: "pkcs8", format: "pem" });

function locked(cipher) {
  return pair.privateKey.export({ type: "pkcs8", format: "pem", cipher, passphrase: "open sesame" });
}

async function says(work, word) {
  await assert.rejects(work, (error) => error instanceof PemError && error.say === word);
}

async function signs(found, passphrase) {
  const content = new TextEncoder().encode('{"domain":"yangguang/award/v1"}');
  const key = await signingKey(found, passphrase);
  const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, content);
  assert.equal(raw.byteLength, 64);
  const open = { key: createPublicKey(pair.privateKey), dsaEncoding: "ieee-p1363" };
  assert.ok(verify("sha256", content, open, new Uint8Array(raw)));
  await assert.rejects(crypto.subtle.exportKey("pkcs8", key), "the key can only sign");
}

test("a plain key signs, from two files or from one", async () => {
  await signs(readPem([CERTIFICATE, plain]), "");
  await signs(readPem([plain + CERTIFICATE]), "");
});

test("a protected key signs with its passphrase only", async () => {
  for (const cipher of ["aes-256-cbc", "aes-128-cbc"]) {
    await signs(readPem([CERTIFICATE, locked(cipher)]), "open sesame");
    await says(signingKey(readPem([CERTIFICATE, locked(cipher)]), "wrong"), "wrong");
    await says(signingKey(readPem([CERTIFICATE, locked(cipher)]), ""), "passphrase");
  }
});

test("the parameters of the protection are read from the file", () => {
  const found = readLocked(readPem([CERTIFICATE, locked("aes-256-cbc")]).key);
  assert.equal(found.length, 256);
  assert.equal(found.hash, "SHA-256");
  assert.ok(found.rounds >= 2048);
  assert.equal(found.iv.length, 16);
});

test("what cannot be used says why", async () => {
  for (const texts of [[], [CERTIFICATE], [plain], ["nothing"]]) {
    assert.throws(() => readPem(texts), (error) => error.say === "missing");
  }
  const sec1 = pair.privateKey.export({ type: "sec1", format: "pem" });
  assert.throws(() => readPem([CERTIFICATE, sec1]), (error) => error.say === "kind");
  const other = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  const foreign = other.export({ type: "pkcs8", format: "pem" });
  await says(signingKey(readPem([CERTIFICATE, foreign]), ""), "kind");
  const old = pair.privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "des-ede3-cbc",
    passphrase: "open sesame",
  });
  await says(signingKey(readPem([CERTIFICATE, old]), "open sesame"), "kind");
  assert.throws(() => readLocked(new Uint8Array([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])), PemError);
});
