// Access tokens, verified without asking: texts that are no tokens, and keys that are none.

import assert from "node:assert/strict";
import { test } from "node:test";

import { UnexpectedReply, Unsupported } from "../dist/index.js";
import { KeySet } from "../dist/jose.js";
import { encode, Issuer, Key, part, refused, SAID, tokens } from "./issuer.mjs";

const key = await Key.made("EdDSA");
const rsa = await Key.made("RS256");
const good = await key.sign(SAID);
const [head, body, signature] = good.split(".");
const verifier = tokens(new Issuer(key));
const malformed = (token) => assert.rejects(verifier.verify(token), refused("malformed"), String(token).slice(0, 200));

test("a text that is no token opens nothing", async () => {
  assert.equal((await verifier.verify(good)).userId, "usr_1");
  const texts = [
    "", ".", "..", "...", "a", "a.b", "a.b.c", "kwr_1", "ses_1.x", "null", "\0", "é.é.é", "💥".repeat(100),
    `${head}.${body}`, `${head}.${body}.`, `.${body}.${signature}`, `${good}.`, `.${good}`,
    `${good}.${signature}`, `${good}.a.b`, ` ${good}`, `${good} `, `${good}\n`, `${good}\0`, `${good}=`, `${good}==`,
    `Bearer ${good}`, good.replaceAll(".", ","), `${head}\n.${body}.${signature}`, `${head}.${body}.${signature.slice(0, -1)}`,
    `${head}.${body}.${signature.slice(0, 42)} ${signature.slice(42)}`, `${head}.${body}.${signature.slice(0, 40)}+/==`,
    "a".repeat(8 * 1024 + 1), `${good}${"A".repeat(8 * 1024)}`, "a.".repeat(1_000_000), ".".repeat(8 * 1024),
  ];
  for (const text of texts) await malformed(text);
  await assert.rejects(verifier.verify(`${head}..${signature}`), refused("wrong_signature"));
  for (const value of [undefined, null, 1, {}, [good], Buffer.from(good), new String(good)]) await malformed(value);
});

test("base64url is read in the one way in which it is written", async () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // Bits that are left at the end say nothing, and would make many texts of one token.
  const other = (text) => text.slice(0, -1) + letters[letters.indexOf(text.at(-1)) ^ 1];
  const leavesBits = (value) => [1, 2].map((length) => part({ ...value, kid: "k".repeat(length) })).find((text) => text.length % 4 > 0);
  await malformed(`${head}.${body}.${other(signature)}`);
  await malformed(await key.seal(other(leavesBits(key.head)), body));
  for (const text of [leavesBits(SAID), part({ ...SAID, jti: "?????>>>>>" })]) {
    await verifier.verify(await key.seal(head, text));
    const plain = Buffer.from(text, "base64url").toString("base64");
    assert.notEqual(plain, text);
    await malformed(await key.seal(head, plain));
    if (text.length % 4 > 0) await malformed(await key.seal(head, other(text)));
  }
});

test("what a good key signed is read strictly: nothing twice, nothing beside it, no other letters", async () => {
  const text = JSON.stringify(SAID);
  const bodies = [
    text.replace("{", '{"sub":"usr_2",'), text.replace(/}$/, ',"sub":"usr_2"}'), text.replace('"sub"', '"s\\u0075b"'),
    text.replace(/}$/, ',"__proto__":{"sub":"usr_2"},"__proto__":1}'), text.replace(/}$/, ',"a":{"b":1,"b":1}}'),
    `${text} `, ` ${text}`, `\uFEFF${text}`, `${text}{}`, `${text}\0`, text.replace(/}$/, ",}"), text.slice(0, -1), "", "NaN",
    "[".repeat(5_000), Buffer.from(text.replace('"jti":"1"', '"jti":"\xff"'), "latin1"), `${"[".repeat(2_500)}${"]".repeat(2_500)}`, Buffer.from([0xff, 0xfe]), Buffer.from([0xc0, 0x80]),
    text.replace('"exp":1700000300', '"exp":1.7000003e9'), text.replace('"exp":1700000300', '"exp":1700000300.0'),
    text.replace('"exp":1700000300', '"exp":9007199254740993'), Buffer.from(text, "utf16le"),
  ];
  for (const body of bodies) await malformed(await key.seal(head, encode(body)));
  const said = JSON.stringify(key.head);
  const heads = [said.replace("{", '{"alg":"none",'), said.replace(/}$/, ',"kid":"key_1"}'), ` ${said}`, `\uFEFF${said}`, "[".repeat(5_000)];
  for (const head of heads) await malformed(await key.seal(encode(head), body));
});

test("a token as long as may be is read", async () => {
  const empty = (await key.sign({ ...SAID, scope: "" })).length;
  const scope = "a".repeat(((8 * 1024 - empty) * 3) / 4 - 2);
  const long = await key.sign({ ...SAID, scope });
  assert.ok(long.length > 8 * 1024 - 8 && long.length <= 8 * 1024, String(long.length));
  assert.deepEqual((await verifier.verify(long)).scopes, [scope]);
  assert.equal((await verifier.verify(long, { fresh: true })).userId, "usr_1");
});

test("keys that are none, or not for this, are left out", async () => {
  const flat = { ...(await Key.made("ES256")).jwk };
  const small = await crypto.subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) }, true, ["sign", "verify"],
  );
  const odd = [
    null, 1, "key_1", [], {}, { kid: "a" }, { kid: "a", kty: "oct", k: "AAAA" }, { ...key.jwk, kty: "oct", k: key.jwk.x },
    { ...key.jwk, kid: undefined }, { ...key.jwk, kid: 1 }, { ...key.jwk, use: "enc" }, { ...key.jwk, use: null },
    { ...key.jwk, alg: "HS256" }, { ...key.jwk, alg: "ES256" }, { ...key.jwk, alg: null }, { ...key.jwk, crv: "Ed448" },
    { ...key.jwk, crv: "X25519" }, { ...key.jwk, x: "AA" }, { ...key.jwk, x: `${key.jwk.x}=` }, { ...key.jwk, x: 1 },
    { ...key.jwk, x: undefined }, { ...key.jwk, x: Buffer.alloc(33).toString("base64url") },
    { ...flat, crv: "P-384" }, { ...flat, crv: undefined }, { ...flat, y: flat.x }, { ...flat, x: encode(Buffer.alloc(32)) },
    { ...flat, x: encode(Buffer.concat([Buffer.alloc(1), Buffer.from(flat.x, "base64url")])) },
    { ...rsa.jwk, n: (await crypto.subtle.exportKey("jwk", small.publicKey)).n }, { ...rsa.jwk, n: encode(Buffer.alloc(1025, 255)) },
    { ...rsa.jwk, e: "AQ" }, { ...rsa.jwk, e: "Ag" }, { ...rsa.jwk, e: "AAAD" }, { ...rsa.jwk, e: encode(Buffer.alloc(9, 255)) },
    { ...rsa.jwk, n: encode(Buffer.alloc(256)) }, { ...rsa.jwk, crv: "P-256" }, { ...rsa.jwk, alg: "PS256" },
  ];
  for (const jwk of odd) assert.equal((await KeySet.read({ keys: [jwk] })).size, 0, JSON.stringify(jwk));
  for (const { jwk } of [key, rsa, { jwk: flat }]) {
    for (const sound of [jwk, { ...jwk, use: undefined }, { ...jwk, alg: undefined }, { ...jwk, key_ops: [], ext: 1, d: "AA", x5c: ["AA"] }]) {
      assert.equal((await KeySet.read({ keys: [...odd.slice(0, 6), sound] })).size, 1, JSON.stringify(sound));
    }
  }
});

test("what is no set of keys, or has too many, is no answer", async () => {
  for (const document of [undefined, null, [], "keys", 1, {}, { keys: null }, { keys: {} }, { keys: "key_1" }, { keys: Array(65).fill(key.jwk) }]) {
    await assert.rejects(KeySet.read(document), UnexpectedReply);
  }
  assert.equal((await KeySet.read({ keys: Array(64).fill(key.jwk) })).size, 1);
  assert.equal((await KeySet.read({ keys: [] })).size, 0);
});

test("a platform that cannot verify says neither yes nor no", async () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  const refuses = async () => Promise.reject(new DOMException("unknown", "NotSupportedError"));
  try {
    for (const value of [undefined, {}, { subtle: { importKey: refuses } }]) {
      Object.defineProperty(globalThis, "crypto", { ...own, get: () => value });
      await assert.rejects(tokens(new Issuer(key)).verify(good), Unsupported);
      await assert.rejects(tokens(new Issuer(key)).verify(`${part({ ...key.head, alg: "none" })}.${body}.${signature}`), refused("malformed"));
    }
  } finally {
    Object.defineProperty(globalThis, "crypto", own);
  }
});
