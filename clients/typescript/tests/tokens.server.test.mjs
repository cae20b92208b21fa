// Access tokens of a running server, verified with the keys that it publishes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Keyward, Tokens } from "../dist/index.js";
import { refused } from "./issuer.mjs";
import { PASSWORD, start } from "./server.mjs";

/** A server, somebody who signed in there, and what verifies its tokens. */
async function begin(context, settings = {}) {
  const server = await start(settings);
  context.after(() => server.stop());
  const keyward = new Keyward(server.url);
  const ada = await keyward.signIn("ada@example.com", PASSWORD);
  const clock = { now: Date.now() / 1_000 };
  const verifier = (settings = {}) => new Tokens(keyward, { issuer: server.issuer, clock: () => clock.now, ...settings });
  return { server, keyward, ada, clock, verifier, tokens: verifier() };
}

const revoked = (error) => error.isUnauthenticated && error.code === "session_revoked";
const headOf = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url").toString());

for (const algorithm of ["EdDSA", "ES256", "RS256"]) {
  test(`a pair of a session by ${algorithm}: good here until it ends, and revoked when it is asked`, async (context) => {
    const { keyward, ada, clock, tokens, verifier } = await begin(context, { KEYWARD_TOKENS_ALGORITHM: algorithm });
    const session = await ada.session();
    const pair = await ada.postToken({ client_id: "app", scope: "posts:edit posts:view" });
    assert.equal(headOf(pair.access_token).alg, algorithm);
    const claims = await tokens.verify(pair.access_token, { fresh: true });
    assert.deepEqual(
      [claims.userId, claims.sessionId, claims.clientId, claims.scopes, claims.aal, claims.methods],
      [session.user.id, pair.session_id, "app", ["posts:edit", "posts:view"], 1, ["password"]],
    );
    assert.equal(claims.expiresAt - claims.issuedAt, pair.expires_in);
    await assert.rejects(verifier({ audience: "https://api.example.com" }).verify(pair.access_token), refused("wrong_audience"));
    await assert.rejects(verifier({ issuer: "https://evil.example.com" }).verify(pair.access_token), refused("wrong_issuer"));

    await keyward.postTokenRevoke({ token: pair.access_token });
    assert.deepEqual(await tokens.verify(pair.access_token), claims);
    await assert.rejects(tokens.verify(pair.access_token, { fresh: true }), revoked);
    clock.now = claims.expiresAt - 1;
    assert.deepEqual(await tokens.verify(pair.access_token), claims);
    clock.now = claims.expiresAt;
    await assert.rejects(tokens.verify(pair.access_token), refused("expired"));
    assert.equal((await ada.session()).id, session.id, "the session that it came from stays");
  });
}

test("what a shared secret signed is for the server alone", async (context) => {
  const { keyward, ada, tokens } = await begin(context, { KEYWARD_TOKENS_ALGORITHM: "HS256" });
  assert.deepEqual(await keyward.keySet(), { keys: [] });
  const pair = await ada.postToken();
  await assert.rejects(tokens.verify(pair.access_token), refused("unknown_key"));
});

test("other ends of a session are seen when it is asked, and other texts are no tokens", async (context) => {
  const { server, keyward, ada, tokens } = await begin(context);
  const pair = await ada.postToken();
  const next = await keyward.postToken({ grant_type: "refresh_token", refresh_token: pair.refresh_token });
  const long = await ada.postToken({ scope: Array.from({ length: 90 }, (_, number) => `${"long".repeat(12)}:a${number}`).join(" ") });
  assert.ok(long.access_token.length > 5_000);
  for (const { access_token } of [pair, next, long]) await tokens.verify(access_token, { fresh: true });
  await assert.rejects(tokens.verify(pair.refresh_token), refused("malformed"));
  const admin = await keyward.signIn("admin@example.com", PASSWORD);
  await admin.postAdminUsersIdLock((await ada.session()).user.id);
  for (const { access_token } of [pair, next, long]) {
    await tokens.verify(access_token);
    await assert.rejects(tokens.verify(access_token, { fresh: true }), (error) => error.isUnauthenticated);
  }
  await server.stop();
  await tokens.verify(next.access_token);
  await assert.rejects(tokens.verify(next.access_token, { fresh: true }), { name: "Unreachable" });
});

test("when a key is let go of, its successor is found by what it signs", async (context) => {
  const { server, keyward, ada, clock, tokens } = await begin(context, { KEYWARD_LIMITS_REQUESTS: "1000000 / 1m" });
  const old = await ada.postToken();
  await tokens.verify(old.access_token);
  const { kid } = headOf(old.access_token);
  server.command("key", "rotate");
  server.command("key", "retire", kid, "--now", "-y");
  // A server reads its keys every five seconds.
  while ((await keyward.keySet()).keys.some((key) => key.kid === kid));
  const next = await ada.postToken();
  await tokens.verify(old.access_token);
  await assert.rejects(tokens.verify(next.access_token), refused("unknown_key"));
  clock.now += 10;
  await tokens.verify(next.access_token);
  await assert.rejects(tokens.verify(old.access_token), refused("unknown_key"));
});
