// Access tokens, verified without asking: what is said in them, and what is forged.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { TokenRefused } from "../dist/index.js";
import { encode, ISSUER, Issuer, Key, NOW, part, refused, SAID, tokens } from "./issuer.mjs";

const edwards = await Key.made("EdDSA");
const keys = [edwards, await Key.made("ES256", "key_2"), await Key.made("RS256", "key_3")];
const verifier = tokens(new Issuer(...keys));

/** Refused, whatever the reason. */
const opensNothing = (token) => assert.rejects(verifier.verify(token), TokenRefused, String(token).slice(0, 100));

for (const key of keys) {
  test(`a token by ${key.kind} is verified with the published key, and nobody is asked`, async () => {
    const issuer = new Issuer(key);
    const verifier = tokens(issuer);
    const token = await key.sign({ ...SAID, client_id: "app", scope: "posts:* docs:view", acr: "aal2" });
    for (let time = 0; time < 3; time += 1) {
      assert.deepEqual(await verifier.verify(token), {
        userId: "usr_1", sessionId: "ses_1", clientId: "app", scopes: ["posts:*", "docs:view"], issuedAt: NOW,
        expiresAt: NOW + 300, authTime: NOW, aal: 2, methods: ["password"], tokenId: "1",
      });
    }
    assert.deepEqual(issuer.asked, ["/.well-known/jwks.json"]);
  });
}

test("no scope is all that the account may, and an empty one nothing", async () => {
  assert.equal((await verifier.verify(await edwards.sign(SAID))).scopes, undefined);
  assert.deepEqual((await verifier.verify(await edwards.sign({ ...SAID, scope: "" }))).scopes, []);
});

test("claims that are not ours open nothing", async () => {
  const rows = [
    [{ iss: "https://evil.example.com" }, "wrong_issuer"],
    [{ iss: `${ISSUER}/` }, "wrong_issuer"],
    [{ aud: "https://other.example.com" }, "wrong_audience"],
    [{ aud: [ISSUER] }, "malformed"],
    [{ exp: NOW }, "expired"],
    [{ exp: NOW - 1 }, "expired"],
    [{ iat: NOW + 61 }, "not_yet"],
    [{ nbf: NOW + 61 }, "not_yet"],
    [{ iat: NOW + 61, nbf: NOW }, "not_yet"],
    [{ sub: "1" }, "wrong_subject"],
    [{ sid: "usr_1" }, "wrong_subject"],
    ...[null, "2999", true, 1e300, NOW + 0.5, [NOW + 300]].map((exp) => [{ exp }, "malformed"]),
    ...[null, "0", 0.5].map((nbf) => [{ nbf }, "malformed"]),
    ...[null, 1, {}].map((sub) => [{ sub }, "malformed"]),
    ...["password", [1], null].map((amr) => [{ amr }, "malformed"]),
    ...["aal3", "", 2].map((acr) => [{ acr }, "malformed"]),
    ...[["a"], null, 1].map((scope) => [{ scope }, "malformed"]),
    [{ client_id: 1 }, "malformed"],
    [{ auth_time: null }, "malformed"],
  ];
  for (const [change, reason] of rows) {
    await assert.rejects(verifier.verify(await edwards.sign({ ...SAID, ...change })), refused(reason), JSON.stringify(change));
  }
  for (const name of ["iss", "sub", "aud", "iat", "exp", "jti", "auth_time", "acr", "amr", "sid"]) {
    const { [name]: _, ...rest } = SAID;
    await assert.rejects(verifier.verify(await edwards.sign(rest)), refused("malformed"), `without ${name}`);
  }
  for (const said of [null, [], [SAID], "usr_1", 1]) await opensNothing(await edwards.sign(said));
});

test("a clock may be a minute late for what begins, and not at all for what ends", async () => {
  for (const change of [{ iat: NOW + 60 }, { nbf: NOW + 60 }, { exp: NOW + 1 }]) {
    assert.equal((await verifier.verify(await edwards.sign({ ...SAID, ...change }))).userId, "usr_1");
  }
  const lost = tokens(new Issuer(edwards), { clock: { now: Number.NaN } });
  await assert.rejects(lost.verify(await edwards.sign(SAID)), refused("expired"));
});

test("an audience of one's own is compared", async () => {
  const api = tokens(new Issuer(edwards), { audience: "https://api.example.com" });
  assert.equal((await api.verify(await edwards.sign({ ...SAID, aud: "https://api.example.com" }))).userId, "usr_1");
  await assert.rejects(api.verify(await edwards.sign(SAID)), refused("wrong_audience"));
});

test("nothing that a head says is believed", async () => {
  const evil = await Key.made("EdDSA", "evil");
  const { head } = edwards;
  const heads = [
    { ...head, typ: "JWT" }, { ...head, typ: "AT+JWT" }, { ...head, typ: "application/at+jwt" }, { alg: "EdDSA", kid: "key_1" },
    { ...head, alg: "eddsa" }, { ...head, alg: "Ed25519" }, { ...head, alg: ["EdDSA"] }, { kid: "key_1", typ: "at+jwt" },
    { alg: "EdDSA", typ: "at+jwt" }, { ...head, kid: ["key_1"] }, { ...head, kid: null }, { ...head, kid: 1 },
    { ...head, crit: ["x"], x: 1 }, { ...head, jku: "https://evil.example.com/keys" }, { ...head, x5u: "https://evil.example.com" },
    { ...head, jwk: edwards.jwk }, { ...head, b64: false }, { ...head, zip: "DEF" }, { ...head, cty: "JWT" },
    [], [head], "key_1", null, 1, {},
  ];
  for (const wrong of heads) {
    await assert.rejects(verifier.verify(await edwards.sign(SAID, wrong)), refused("malformed"), JSON.stringify(wrong));
  }
  for (const kid of ["", "key_1 ", "__proto__", "constructor", "key_1\0", "' or 1=1"]) {
    await assert.rejects(verifier.verify(await edwards.sign(SAID, { ...head, kid })), refused("unknown_key"), kid);
  }
  for (const kid of ["key_1", "evil"]) {
    await opensNothing(await evil.sign(SAID, { ...head, kid, jwk: evil.jwk }));
    await opensNothing(await evil.sign(SAID, { ...head, kid }));
  }
});

test("what names no algorithm of the key is refused: none, a shared secret, another's", async () => {
  for (const key of keys) {
    for (const alg of ["none", "None", "NONE", "", "HS256", "PS256", "ES384", "RS512", ...keys.map((other) => other.kind)]) {
      if (alg === key.kind) continue;
      const signed = `${part({ ...key.head, alg })}.${part(SAID)}`;
      const spki = Buffer.from(await crypto.subtle.exportKey("spki", key.pair.publicKey));
      const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString("base64")}\n-----END PUBLIC KEY-----\n`;
      const raw = Buffer.from(key.jwk.x ?? key.jwk.n, "base64url");
      // The public key, taken for the secret that it is not.
      const shared = [spki, pem, raw, "", JSON.stringify(key.jwk)].map((secret) => createHmac("sha256", secret).update(signed).digest());
      for (const signature of [...shared, await key.signature(signed), Buffer.alloc(1), Buffer.alloc(64)]) {
        await opensNothing(`${signed}.${encode(signature)}`);
      }
      await opensNothing(`${signed}.`);
      await opensNothing(signed);
    }
  }
});

test("a token of one key under the name of another opens nothing", async () => {
  for (const key of keys) {
    for (const other of keys.filter((other) => other !== key)) {
      const reason = { name: "TokenRefused" };
      await assert.rejects(verifier.verify(await key.sign(SAID, other.head)), { ...reason, reason: "wrong_signature" });
      await assert.rejects(verifier.verify(await key.sign(SAID, { ...key.head, kid: other.name })), { ...reason, reason: "malformed" });
    }
    const double = await Key.made(key.kind, key.name);
    await assert.rejects(verifier.verify(await double.sign(SAID)), refused("wrong_signature"));
    await assert.rejects(verifier.verify(await key.sign(SAID, { ...key.head, kid: "KEY_1" })), refused("unknown_key"));
  }
});

test("a bit that is another one, anywhere, opens nothing", async () => {
  for (const key of keys) {
    const good = (await key.sign(SAID)).split(".");
    for (const place of [0, 1, 2]) {
      const bytes = Buffer.from(good[place], "base64url");
      // Each one by the quickest key, and some by the others.
      for (let bit = 0; bit < bytes.length * 8; bit += key === edwards ? 1 : 7) {
        const other = Buffer.from(bytes);
        other[bit >> 3] ^= 1 << (bit & 7);
        await opensNothing(good.with(place, encode(other)).join("."));
      }
    }
  }
});

test("signatures of nought, of another form and beyond the order open nothing", async () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const [head, body, signature] = (await edwards.sign(SAID)).split(".");
  const bytes = Buffer.from(signature, "base64url");
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + order;
  const beyond = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
  await opensNothing(`${head}.${body}.${encode(Buffer.concat([bytes.subarray(0, 32), beyond]))}`);
  for (const key of keys) {
    const signed = `${part(key.head)}.${part(SAID)}`;
    const right = await key.signature(signed);
    const der = Buffer.concat([Buffer.from([0x30, 68, 2, 32]), right.subarray(0, 32), Buffer.from([2, 32]), right.subarray(32, 64)]);
    const wrong = [der, right.subarray(1), right.subarray(0, -1), Buffer.concat([right, Buffer.alloc(1)]), Buffer.concat([Buffer.alloc(1), right])];
    for (const length of [1, 32, 63, 64, 65, 255, 256, 257, 2048]) wrong.push(Buffer.alloc(length), Buffer.alloc(length, 255));
    for (const bytes of wrong) await opensNothing(`${signed}.${encode(bytes)}`);
  }
});
