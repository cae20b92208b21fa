// The client and a running server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { apiKey, Cookies, Keyward, Problem, sessionToken, Unreachable } from "../dist/index.js";
import { PASSWORD, start } from "./server.mjs";

let server;
let keyward;
let admin;
let number = 0;

before(async () => {
  server = await start();
  keyward = new Keyward(server.url);
  admin = await keyward.signIn("admin@example.com", PASSWORD);
  await admin.postAdminRoles({ name: "editor", description: "Writes" });
  await admin.putAdminRolesRolePermissions("editor", { permission: "posts:edit", effect: "allow" });
});
after(() => server?.stop());

async function editor() {
  number += 1;
  const email = `person${number}@example.com`;
  const made = await admin.postAdminUsers({ email, name: "Somebody", password: PASSWORD, verified: true });
  await admin.putAdminUsersIdRolesRole(made.id, "editor");
  return { email, id: made.id };
}

const code = (wanted) => (error) => error instanceof Problem && error.code === wanted;

test("signing in, being somebody, and signing out", async () => {
  const { email } = await editor();
  const me = await keyward.signIn(email, PASSWORD);
  const session = await me.session();
  assert.deepEqual([session.user.email, session.roles, session.aal], [email, ["editor"], 1]);
  assert.deepEqual([await me.can("posts:edit"), await me.can("posts:publish")], [true, false]);
  await me.signOut();
  await assert.rejects(me.session(), code("unauthenticated"));
  await assert.rejects(keyward.signIn(email, "wrong horse battery"), code("invalid_credentials"));
});

test("signing up as a browser", async () => {
  const browser = keyward.using(new Cookies());
  const outcome = await browser.postSignUp({ email: "grace@example.com", password: PASSWORD });
  assert.equal(outcome.status, "needs_verification");
  const letter = await server.letter("grace@example.com");
  const done = await browser.postVerificationsIdConfirm(outcome.flow_id, { code: letter.code });
  assert.equal(done.status, "complete");
  assert.equal((await browser.getMe()).email, "grace@example.com");
  await browser.signOut();
  await assert.rejects(browser.getMe(), code("unauthenticated"));
});

test("an API key", async () => {
  const { email } = await editor();
  const me = await keyward.signIn(email, PASSWORD);
  const made = await me.postMeApiKeys({ name: "ci", permissions: ["posts:edit"] });
  const program = keyward.using(apiKey(made.api_key));
  assert.equal((await program.getMe()).email, email);
  await assert.rejects(program.getSession(), code("session_required"));
});

test("administration, with versions", async () => {
  const { id } = await editor();
  const { version } = await admin.getAdminUsersId(id);
  await admin.patchAdminUsersId(id, { name: "Lin" }, { ifMatch: version });
  await assert.rejects(admin.patchAdminUsersId(id, { name: "Max" }, { ifMatch: version }), code("precondition_failed"));
});

test("pictures are bytes, and the stream tells when a session ends", async () => {
  const asked = await keyward.postCaptcha({ purpose: "app", kind: "digits" });
  const picture = await keyward.getCaptchaTokenImage(asked.token);
  assert.deepEqual([...picture.slice(1, 4)], [...Buffer.from("PNG")]);
  const { email } = await editor();
  const me = await keyward.signIn(email, PASSWORD);
  const events = me.getSessionEvents();
  assert.equal((await events.next()).value.name, "open");
  await me.signOut();
  assert.equal((await events.next()).value.name, "ended");
  await events.return();
});

test("tokens that are none are refused, and a server that is not there is said to be so", async () => {
  for (const text of ["ses_", "x".repeat(3000), "a/b+c="]) {
    await assert.rejects(keyward.using(sessionToken(text)).session(), (error) => error.status === 401);
  }
  await assert.rejects(new Keyward("http://127.0.0.1:9", { retries: 0 }).getConfig(), Unreachable);
});
