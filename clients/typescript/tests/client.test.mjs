// What is sent, repeated, kept and thrown, with a server that the test plays.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apiKey, Cookies, Keyward, NextStep, Problem, sessionToken, UnexpectedReply, Unreachable } from "../dist/index.js";

const SESSION = { id: "ses_1", user: { id: "usr_1" }, roles: [], aal: 1 };

function problem(status, code, more = {}, headers = {}) {
  const body = { type: `urn:keyward:problem:${code}`, code, title: "No.", status, instance: "req_1", ...more };
  return () => new Response(JSON.stringify(body), { status, headers });
}

const json = (body, headers) => () => new Response(JSON.stringify(body), { headers });
const fails = (text) => () => Promise.reject(new TypeError(text));

/** A client of a server that gives these answers, the last one again and again. */
function scripted(answers, settings = {}) {
  const seen = [];
  const fetch = async (url, init) => {
    seen.push({ url, ...init });
    return (answers.length > 1 ? answers.shift() : answers[0])();
  };
  return { seen, keyward: new Keyward("http://localhost:1", { fetch, ...settings }) };
}

test("a problem is thrown with all that it says", async () => {
  const { keyward } = scripted([problem(403, "missing_permission", { permission: "posts:edit" })]);
  const error = await keyward.postSignOut().catch((error) => error);
  assert.ok(error instanceof Problem);
  assert.deepEqual([error.status, error.code, error.instance, error.body.permission], [403, "missing_permission", "req_1", "posts:edit"]);
  assert.ok(error.isForbidden && !error.isUnauthenticated);
});

test("what is not Keyward is neither a yes nor a no", async () => {
  for (const answer of [
    () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
    () => new Response('{"message":"who"}', { status: 401 }),
    () => new Response(null, { status: 302, headers: { location: "http://elsewhere.example.com/" } }),
    () => new Response("<h1>Hello</h1>"),
  ]) {
    const { keyward } = scripted([answer], { retries: 0 });
    await assert.rejects(keyward.getSession(), UnexpectedReply);
  }
});

test("what changes nothing is asked again, and what changes something never", async () => {
  const busy = problem(503, "busy", {}, { "retry-after": "0" });
  const reading = scripted([busy, fails("cut"), json(SESSION)]);
  assert.equal((await reading.keyward.getSession()).id, "ses_1");
  assert.equal(reading.seen.length, 3);
  const question = scripted([busy, json({ permission: "a:b", code: "allowed", allowed: true })]);
  assert.equal(await question.keyward.can("a:b"), true);
  for (const failure of [busy, fails("cut")]) {
    const writing = scripted([failure, json({})]);
    await assert.rejects(writing.keyward.postSignUp({ email: "ada@example.com" }));
    assert.equal(writing.seen.length, 1);
  }
});

test("a long wait is told and not waited for", async () => {
  const { keyward, seen } = scripted([problem(429, "rate_limited", {}, { "retry-after": "3600" })]);
  await assert.rejects(keyward.getMe(), { code: "rate_limited", retryAfter: 3600 });
  assert.equal(seen.length, 1);
});

test("credentials come in their own header", async () => {
  for (const [who, header, value] of [
    [sessionToken("ses_1.a"), "authorization", "Bearer ses_1.a"],
    [apiKey("kwk_a"), "x-api-key", "kwk_a"],
    [new Cookies("kw_session=ses_1.a; theirs=1; kw_bad=a b"), "cookie", "kw_session=ses_1.a"],
  ]) {
    const { keyward, seen } = scripted([json(SESSION)], { credentials: who });
    await keyward.getSession();
    assert.equal(seen[0].headers[header], value);
  }
  for (const text of ["", "a b", "a\r\nx-admin: 1", "ü"]) {
    assert.throws(() => sessionToken(text), TypeError);
    assert.throws(() => apiKey(text), TypeError);
  }
});

test("a browser's cookies are kept, and their changes handed on", async () => {
  const cookies = new Cookies("kw_device=d");
  const line = "kw_session=ses_1.a; Path=/; HttpOnly; SameSite=Lax";
  const headers = new Headers([["set-cookie", line], ["set-cookie", "other=1"]]);
  const { keyward, seen } = scripted([json({}, headers), () => new Response(null, { status: 204 })], { credentials: cookies });
  await keyward.postSignIn({ identifier: "ada", password: "x" });
  assert.deepEqual([cookies.session, cookies.changes], ["ses_1.a", [line]]);
  await keyward.postSignOut();
  assert.equal(seen[1].headers.cookie, "kw_device=d; kw_session=ses_1.a");
  assert.equal(seen[1].headers["content-type"], "application/json");
  cookies.keep(["kw_session=; Path=/; Max-Age=0"]);
  assert.equal(cookies.session, undefined);
});

test("a part of a path cannot lead to another path", async () => {
  const { keyward, seen } = scripted([() => new Response(null, { status: 204 })]);
  for (const part of ["", ".", ".."]) assert.throws(() => keyward.deleteAdminUsersId(part), TypeError);
  await keyward.deleteAdminUsersId("../roles/admin?force=true#x");
  assert.equal(seen.length, 1);
  assert.equal(seen[0].url, "http://localhost:1/api/v1/admin/users/..%2Froles%2Fadmin%3Fforce%3Dtrue%23x");
});

test("an address that would leak is refused", () => {
  for (const url of ["", "localhost:8080", "ftp://localhost", "http://u:p@localhost", "http://auth.example.com", "https://a.example.com?x=1"]) {
    assert.throws(() => new Keyward(url), TypeError, url);
  }
  new Keyward("http://auth.example.com", { plaintext: true });
});

test("versions are sent as entity tags", async () => {
  const { keyward, seen } = scripted([json({})]);
  await keyward.patchAdminUsersId("usr_1", { name: "Ada", phone: null }, { ifMatch: 3 });
  assert.equal(seen[0].headers["if-match"], '"3"');
  assert.deepEqual(JSON.parse(seen[0].body), { name: "Ada", phone: null });
});

test("a stream is read however it is cut", async () => {
  for (const cut of [1, 2, 3, 7, 100]) {
    const text = "event: open\r\ndata: a\r\ndata: b\r\n\r\n: a comment\nevent: ended\n\n";
    const parts = text.match(new RegExp(`.{1,${cut}}`, "gs")).map((part) => new TextEncoder().encode(part));
    const body = () => new Response(new ReadableStream({ start: (c) => (parts.forEach((p) => c.enqueue(p)), c.close()) }));
    const { keyward } = scripted([body]);
    const found = [];
    for await (const event of keyward.getSessionEvents()) found.push(event);
    assert.deepEqual(found, [{ name: "open", data: "a\nb" }, { name: "ended", data: "" }], `in parts of ${cut}`);
  }
});

test("what cannot be decided is no no, and a next step is no session", async () => {
  const undecided = scripted([json({ permission: "a:b", code: "decision_unavailable", allowed: null })]);
  await assert.rejects(undecided.keyward.can("a:b"), { status: 503 });
  const step = scripted([json({ status: "needs_mfa", flow_id: "flw_1", flow_token: "t", methods: ["totp"] })]);
  await assert.rejects(step.keyward.signIn("ada", "x"), NextStep);
});

test("a request ends in time, and when its caller ends it", async () => {
  // A time-out alone keeps nothing running; a request would.
  const running = setInterval(() => {}, 1_000);
  const never = (_, { signal }) => new Promise((_, failed) => signal.addEventListener("abort", () => failed(signal.reason)));
  const keyward = new Keyward("http://localhost:1", { fetch: never, timeout: 20, retries: 0 });
  await assert.rejects(keyward.getConfig(), Unreachable);
  const ended = new AbortController();
  const asked = new Keyward("http://localhost:1", { fetch: never }).getConfig({ signal: ended.signal });
  ended.abort(new Error("enough"));
  await assert.rejects(asked, { message: "enough" });
  clearInterval(running);
});
