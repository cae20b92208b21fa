// Access tokens, verified without asking: when the keys are read, and when the server is asked.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apiKey, Problem, UnexpectedReply, Unreachable } from "../dist/index.js";
import { Issuer, Key, NOW, refused, SAID, tokens } from "./issuer.mjs";

const key = await Key.made("EdDSA");
const newer = await Key.made("ES256", "key_2");
const lasting = await key.sign({ ...SAID, exp: NOW + 10_000 });
const keySets = (issuer) => issuer.asked.filter((path) => path === "/.well-known/jwks.json").length;

test("a new key is found, and strangers cannot make us ask on and on", async () => {
  const [issuer, clock] = [new Issuer(key), { now: NOW }];
  const verifier = tokens(issuer, { clock });
  await verifier.verify(lasting);
  const token = await newer.sign(SAID);
  clock.now += 9;
  for (let time = 0; time < 20; time += 1) await assert.rejects(verifier.verify(token), refused("unknown_key"));
  assert.equal(keySets(issuer), 1);
  issuer.keys = [key.jwk, newer.jwk];
  clock.now += 1;
  assert.equal((await verifier.verify(token)).userId, "usr_1");
  assert.equal(keySets(issuer), 2);
  for (let number = 0; number < 20; number += 1) {
    const stranger = await newer.sign(SAID, { ...newer.head, kid: `key_${number}_` });
    await assert.rejects(verifier.verify(stranger), refused("unknown_key"));
  }
  assert.equal(keySets(issuer), 2);
  // A key that was taken away is good for five minutes more, at most.
  issuer.keys = [newer.jwk];
  clock.now += 299;
  assert.equal((await verifier.verify(lasting)).userId, "usr_1");
  clock.now += 1;
  await assert.rejects(verifier.verify(lasting), refused("unknown_key"));
});

test("a key that is replaced under its name counts no more when the set is read", async () => {
  const [issuer, clock] = [new Issuer(key), { now: NOW }];
  const verifier = tokens(issuer, { clock });
  await verifier.verify(lasting);
  issuer.keys = [(await Key.made("EdDSA")).jwk];
  clock.now += 300;
  await assert.rejects(verifier.verify(lasting), refused("wrong_signature"));
});

test("whoever comes at once shares one request, at the beginning and for a new key", async () => {
  const [issuer, clock] = [new Issuer(key), { now: NOW }];
  const verifier = tokens(issuer, { clock });
  const all = (token) => Promise.all(Array.from({ length: 50 }, () => verifier.verify(token)));
  assert.equal((await all(lasting)).length, 50);
  assert.equal(keySets(issuer), 1);
  issuer.keys = [key.jwk, newer.jwk];
  clock.now += 10;
  assert.equal((await all(await newer.sign(SAID))).length, 50);
  assert.equal(keySets(issuer), 2);
  clock.now += 300;
  assert.equal((await all(lasting)).length, 50);
  assert.equal(keySets(issuer), 3);
});

test("a request that failed is shared too, and the next one begins anew", async () => {
  const issuer = new Issuer(key);
  issuer.isUp = false;
  const verifier = tokens(issuer);
  const found = await Promise.allSettled(Array.from({ length: 50 }, () => verifier.verify(lasting)));
  assert.ok(found.every(({ reason }) => reason instanceof Unreachable));
  assert.equal(keySets(issuer), 1);
  issuer.isUp = true;
  assert.equal((await verifier.verify(lasting)).userId, "usr_1");
});

test("while the server is down its keys are good for a while, and it is left to rest", async () => {
  const [issuer, clock] = [new Issuer(key), { now: NOW }];
  const verifier = tokens(issuer, { clock });
  await verifier.verify(lasting);
  issuer.isUp = false;
  const token = await newer.sign({ ...SAID, exp: NOW + 10_000 });
  clock.now += 590;
  for (let time = 0; time < 20; time += 1) {
    assert.equal((await verifier.verify(lasting)).userId, "usr_1");
    await assert.rejects(verifier.verify(token), refused("unknown_key"));
  }
  assert.equal(keySets(issuer), 2);
  clock.now += 9;
  assert.equal((await verifier.verify(lasting)).userId, "usr_1");
  clock.now += 1;
  await assert.rejects(verifier.verify(lasting), Unreachable);
});

test("a clock that was put back makes the keys be read again", async () => {
  const [issuer, clock] = [new Issuer(key), { now: NOW }];
  const verifier = tokens(issuer, { clock });
  await verifier.verify(lasting);
  clock.now -= 1;
  await verifier.verify(lasting);
  assert.equal(keySets(issuer), 2);
});

test("keys are asked for as nobody, and no answer about them is a judgement of the token", async () => {
  const issuer = new Issuer(key);
  const client = { credentials: apiKey("kwk_1") };
  await tokens(issuer, { client }).verify(lasting);
  assert.equal(issuer.requests[0].headers["x-api-key"], undefined);
  for (const [status, code] of [[401, "unauthenticated"], [403, "denied_by_rule"], [404, "not_found"], [503, "busy"]]) {
    const odd = new Issuer(key);
    odd.answer = () => ({ status, code, title: "No." });
    const kind = status === 503 ? Problem : UnexpectedReply;
    await assert.rejects(tokens(odd).verify(lasting), (error) => error instanceof kind && error.status !== 401);
  }
  const other = new Issuer(key);
  other.answer = () => ({ hello: "world" });
  await assert.rejects(tokens(other).verify(lasting), UnexpectedReply);
});

test("an answer that is no set of keys does not take the keys away", async () => {
  const [issuer, clock] = [new Issuer(key), { now: NOW }];
  const verifier = tokens(issuer, { clock });
  await verifier.verify(lasting);
  issuer.keys = "soon";
  clock.now += 300;
  assert.equal((await verifier.verify(lasting)).userId, "usr_1");
});

test("fresh asks whether it is still so", async () => {
  const issuer = new Issuer(key);
  const verifier = tokens(issuer);
  const token = await key.sign(SAID);
  assert.equal((await verifier.verify(token, { fresh: true })).userId, "usr_1");
  assert.equal(issuer.requests.at(-1).headers.authorization, `Bearer ${token}`);
  issuer.hasEnded = true;
  assert.equal((await verifier.verify(token)).userId, "usr_1");
  await assert.rejects(verifier.verify(token, { fresh: true }), (error) => error.isUnauthenticated && error.code === "session_revoked");
  issuer.isUp = false;
  await assert.rejects(verifier.verify(token, { fresh: true }), Unreachable);
  const another = await key.sign({ ...SAID, sub: "usr_2" });
  await assert.rejects(tokens(new Issuer(key)).verify(another, { fresh: true }), refused("wrong_subject"));
});

test("a token that is not good here is not sent to the server", async () => {
  const issuer = new Issuer(key);
  await assert.rejects(tokens(issuer).verify(await key.sign({ ...SAID, exp: NOW }), { fresh: true }), refused("expired"));
  assert.deepEqual(issuer.asked, ["/.well-known/jwks.json"]);
});
