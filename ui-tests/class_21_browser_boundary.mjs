// Class 21: what pages of other hosts can do in the browser of somebody who is signed in
// here: another site, a sub-domain of ours (which browsers call the same site), our own host
// at another port, and a sub-domain without TLS. They send forms, ask with credentials, frame
// us, open us in windows, and plant cookies. Nothing changes, nothing is read, nothing is
// framed, nobody is somebody else, and signing in works afterwards. Needs a server for
// production (KEYWARD_BOUNDARY_URL) under a name below `.test`, with an administrator, and a
// certificate for the others (KEYWARD_TEST_CERTIFICATE, KEYWARD_TEST_KEY).
import { readFileSync } from "node:fs";
import { createServer as plainly } from "node:http";
import { createServer } from "node:https";
import { contains, equal } from "./report.mjs";
import { routes } from "./routes.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

const FORM = "main form button:not([type=button])";
const [ADMIN, ADA, MALLORY] = ["admin@example.com", "ada@example.com", "mallory@example.com"];
const TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
/** Doors that no browser's credential opens, and the way back from a service. */
const OTHERS = /^(FromElsewhere|Proxy|SharedKey)$/;

export async function browserBoundary(browser, base, report) {
  const step = (name, run) => report.step(`class 21: ${name}`, run);
  const others = await Others.start(new URL(base).hostname);
  try {
    const scene = await Scene.set(browser, base);
    await step("our own page can do what the others try", () => ourselves(scene));
    for (const [n, [who, origin]] of others.origins().entries()) {
      // In every form and at every door: what browsers call another site, and what they call the same.
      const thorough = n < 2;
      await step(`forms of ${who} change nothing`, () => forms(scene, origin, thorough ? TYPES : TYPES.slice(0, 1)));
      if (thorough) await step(`no door is opened by what ${who} sends`, () => everyDoor(scene, origin));
      await step(`${who} can read nothing`, () => reads(scene, origin));
      await step(`${who} can frame nothing`, () => frames(scene, origin));
      if (thorough) await step(`${who} has no hold of a window of ours`, () => windows(scene, origin));
    }
    for (const [what, lines] of Object.entries(planted(scene.theirs, scene.name))) {
      await step(`planted cookies make nobody somebody else: ${what}`, () => cookies(browser, base, others, what, lines));
    }
    await scene.leave();
  } finally {
    others.stop();
  }
}

/** Hosts that are not ours; each page of theirs is empty, and sets what cookies it is told to. */
class Others {
  static async start(host) {
    const roomy = { maxHeaderSize: 4 << 20 };
    const files = { ...roomy, cert: readFileSync(process.env.KEYWARD_TEST_CERTIFICATE), key: readFileSync(process.env.KEYWARD_TEST_KEY) };
    const answer = (request, reply) => {
      const lines = new URL(request.url, "http://x").searchParams.getAll("set");
      reply.writeHead(200, { "content-type": "text/html", ...(lines.length && { "set-cookie": lines }) });
      reply.end("<!doctype html><title>Elsewhere</title><p>Elsewhere");
    };
    const others = Object.assign(new Others(), { host, tls: createServer(files, answer), plain: plainly(roomy, answer) });
    for (const server of [others.tls, others.plain]) await new Promise((go) => server.listen(0, "127.0.0.1", go));
    return others;
  }

  origins() {
    const [tls, plain] = [this.tls.address().port, this.plain.address().port];
    return Object.entries({
      "another site": `https://attacker.test:${tls}`,
      "a sub-domain of ours": `https://sub.${this.host}:${tls}`,
      "another port of our host": `https://${this.host}:${tls}`,
      "a sub-domain without TLS": `http://sub.${this.host}:${plain}`,
    });
  }

  stop() {
    for (const server of [this.tls, this.plain]) {
      server.close();
      server.closeAllConnections();
    }
  }
}

/** Ada, signed in, with one page at home and one elsewhere; and Mallory's session. */
class Scene {
  static async set(browser, base) {
    const admin = await arrive(browser, base);
    await signIn(admin, ADMIN, process.env.KEYWARD_ADMIN_PASSWORD ?? PASSWORD);
    for (const [name, email] of [["Ada", ADA], ["Mallory", MALLORY]]) {
      const made = await admin.page.evaluate(send, ["POST", "/api/v1/admin/users", { name, email, password: PASSWORD, verified: true }]);
      if (!made.ok) throw new Error(`no ${email}: ${made.text}`);
    }
    await admin.leave();
    const mallory = await arrive(browser, base);
    await signIn(mallory, MALLORY);
    const [cookie] = (await mallory.page.context().cookies(base)).filter(({ name }) => name.endsWith("kw_session"));
    const ada = await arrive(browser, base);
    await signIn(ada, ADA);
    const away = await ada.page.context().newPage();
    await ada.page.evaluate(send, ["POST", "/api/v1/me/api-keys", { name: "deploy" }]);
    const scene = Object.assign(new Scene(), { base, ada, home: ada.page, away, mallory, theirs: cookie.value, name: cookie.name });
    scene.before = await scene.state();
    contains(scene.before, ADA);
    return scene;
  }

  /** All that somebody could change, as Ada's own page sees it. */
  async state() {
    const paths = ["/me", "/me/api-keys", "/me/connections", "/me/passkeys", "/me/devices", "/me/sessions", "/me/recovery-codes"];
    const told = await this.home.evaluate(readAll, paths.map((path) => `/api/v1${path}`));
    return told.join("\n").replace(/"(used_at|seen_at|ends_at)":"[^"]*"/g, "");
  }

  async unchanged(what) {
    equal(await this.state(), this.before, `after ${what}`);
  }

  leave() {
    return Promise.all([this.ada.leave(), this.mallory.leave()]);
  }
}

function arrive(browser, base) {
  return Visitor.arrive(browser, base, { ignoreHTTPSErrors: true });
}

async function signIn(visitor, email, password = PASSWORD) {
  await visitor.signIn(email, password);
  equal(visitor.path(), "/account", `${email} signed in`);
}

/** In a page of ours: a request of the API. */
async function send([method, path, body]) {
  const reply = await fetch(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return { ok: reply.ok, text: await reply.text() };
}

/** In a page of ours: what the API says at these. */
async function readAll(paths) {
  const replies = await Promise.all(paths.map((path) => fetch(path)));
  return Promise.all(replies.map(async (reply) => `${reply.status} ${await reply.text()}`));
}

/** A test of the test: the same things, done by our own page, have an effect. */
async function ourselves(scene) {
  const { home, before, base } = scene;
  await Promise.all([home.waitForNavigation(), home.evaluate(sendForm, ["/account", TYPES[0], { name: "Countess" }])]);
  contains(await scene.state(), "Countess");
  await Promise.all([home.waitForNavigation(), home.evaluate(sendForm, ["/account", TYPES[0], { name: "Ada" }])]);
  const version = /"version":\d+/g;
  equal((await scene.state()).replace(version, ""), before.replace(version, ""), "Ada again");
  scene.before = await scene.state();
  equal((await home.evaluate(readable, [`${base}/api/v1/me`])).length, 1, "what is read");
}

/** In any page: sends a form, as browsers do for whoever asks them to. */
function sendForm([action, type, fields]) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action, enctype: type });
  const own = document.querySelector("[name=csrf]")?.value;
  for (const [name, value] of Object.entries(own ? { csrf: own, ...fields } : fields)) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.setAttribute("name", name);
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}

/** What forms would do to Ada, if they could: she stays, and stays herself. */
const WANTED = [
  ["/account", { name: "Owned" }],
  ["/account?_method=DELETE", { name: "Owned", _method: "DELETE" }],
  ["/account/password", { current_password: PASSWORD, new_password: "chosen by an attacker" }],
  ["/account/email", { to: "mallory@attacker.test" }],
  ["/account/username", { to: "mallory" }],
  ["/account/api-keys", { name: "theirs" }],
  ["/account/step-up", { method: "password", code: PASSWORD }],
  ["/account/totp", {}],
  ["/account/sessions/close-others", {}],
  ["/account/data/delete", { confirm: ADA }],
  ["/account/data/export", {}],
  ["/logout", {}],
  ["/login", { username: MALLORY, password: PASSWORD }],
  ["/login/with/github", {}],
  ["/signup", { name: "Owned", email: "new@attacker.test", password: PASSWORD }],
  ["/recover", { identifier: ADA }],
  ["/impersonation/stop", {}],
  ["/api/v1/sign-out", {}],
  ["/api/v1/sign-out/all", {}],
  ["/api/v1/sign-in", { identifier: MALLORY, password: PASSWORD }],
  // A text that reads as JSON.
  ["/api/v1/sign-in", { [`{"identifier":"${MALLORY}","password":"${PASSWORD}","session":"cookie","remember":true,"captcha":"`]: "\"}" }],
  ["/api/v1/me/api-keys", { '{"name":"theirs","permissions":["*"],"scopes":["': '"]}' }],
];

async function forms(scene, origin, types) {
  const { away, base } = scene;
  for (const type of types) {
    for (const [path, fields] of WANTED) {
      await away.goto(origin);
      const [answered] = await Promise.all([
        away.waitForResponse((reply) => reply.request().method() === "POST"),
        away.waitForEvent("load"),
        away.evaluate(sendForm, [base + path, type, fields]),
      ]);
      if (answered.status() !== 403) throw new Error(`${path} as ${type} was answered with ${answered.status()}`);
    }
    await scene.unchanged(`forms of ${type}`);
  }
}

/** Each door that changes something, with all that a page may send without asking. */
async function everyDoor(scene, origin) {
  const { away, base } = scene;
  await away.goto(origin);
  const doors = routes().filter(({ method, guard, path }) => method !== "GET" && !OTHERS.test(guard) && !path.startsWith("/login/with/{"));
  const statuses = new Map();
  const told = (reply) => statuses.set(reply.url(), [...(statuses.get(reply.url()) ?? []), reply.status()]);
  away.on("response", told);
  const paths = [...new Set(doors.map(({ path }) => path.replace(/\{\*?\w+\}/g, "some-secret")))];
  await away.evaluate(sendAll, [paths.map((path) => base + path), TYPES]);
  away.off("response", told);
  const let_in = [...statuses].filter(([, all]) => all.some((status) => ![403, 404, 405].includes(status)));
  if (let_in.length) throw new Error(`not refused: ${JSON.stringify(let_in)}`);
  if (statuses.size < paths.length) throw new Error(`only ${statuses.size} of ${paths.length} answered`);
  await scene.unchanged("every door");
}

/** In a page elsewhere: a simple request of each kind, and those that a browser asks for first. */
async function sendAll([urls, types]) {
  const bodies = { "application/x-www-form-urlencoded": "name=Owned", "multipart/form-data": new FormData(), "text/plain": '{"name":"Owned"}' };
  for (const url of urls) {
    const simple = types.map((type) => {
      const headers = type.startsWith("multipart") ? {} : { "content-type": type };
      return fetch(url, { method: "POST", mode: "no-cors", credentials: "include", headers, body: bodies[type] });
    });
    const asked = ["PUT", "PATCH", "DELETE", "POST"].map((method) => {
      const headers = { "content-type": "application/json", "x-csrf-token": "00", "x-http-method-override": "DELETE" };
      const body = method === "DELETE" ? undefined : '{"name":"Owned"}';
      return fetch(url, { method, credentials: "include", headers, body });
    });
    navigator.sendBeacon(url, new Blob(["name=Owned"], { type: "text/plain" }));
    await Promise.allSettled([...simple, ...asked]);
  }
}

/** Every address that shows something. */
function shown() {
  const paths = routes().filter(({ method }) => method === "GET").map(({ path }) => path.replace(/\{\*?\w+\}/g, "some-secret"));
  return [...paths, "/openapi.json", "/no-such-page", "/"];
}

async function reads(scene, origin) {
  const { away, base } = scene;
  await away.goto(origin);
  const found = await away.evaluate(readable, shown().map((path) => base + path));
  equal(found.join("\n"), "", "what was read");
  await scene.unchanged("reading");
}

/** In a page elsewhere: whatever of these can be read, in any way that browsers know. */
async function readable(urls) {
  const found = [];
  const tell = (what, url) => found.push(`${what} ${url}`);
  const within = (time, promise) => Promise.race([promise, new Promise((go) => setTimeout(go, time))]);
  const element = (name, attributes, url) =>
    new Promise((go) => {
      const made = Object.assign(document.createElement(name), attributes);
      made.onload = () => go(tell(name, url));
      made.onerror = () => go(made.remove());
      document.head.append(made);
    });
  const read = async (url, options) => {
    const reply = await fetch(url, options);
    if (reply.type !== "opaque" && reply.type !== "opaqueredirect") tell(`${options.mode} ${options.method ?? ""}`, url);
    if ((await reply.text()).length) tell(`${options.mode} text`, url);
  };
  for (const url of urls) {
    // A script or a style sheet of ours is everybody's; a stream does not end.
    const stream = url.endsWith("/events");
    if (location.origin === new URL(url).origin) {
      await read(url, { mode: "cors", credentials: "include" });
      return found.slice(0, 1);
    }
    const tries = [
      read(url, { mode: "cors", credentials: "include", signal: AbortSignal.timeout(3000) }),
      read(url, { mode: "cors", credentials: "include", method: "HEAD" }),
      read(url, { mode: "cors", credentials: "include", headers: { "content-type": "application/json" } }),
      read(url, { mode: "cors", credentials: "omit" , signal: AbortSignal.timeout(3000) }),
      read(url, { mode: "same-origin", credentials: "include" }),
      read(url, { mode: "no-cors", credentials: "include", redirect: "follow", signal: AbortSignal.timeout(3000) }),
    ];
    await Promise.allSettled(tries);
    if (stream) {
      const source = new EventSource(url, { withCredentials: true });
      await within(1000, new Promise((go) => {
        source.onopen = source.onmessage = () => go(tell("a stream", url));
        source.onerror = go;
      }));
      source.close();
      continue;
    }
    await element("script", { src: url }, url);
    await element("link", { rel: "stylesheet", href: url }, url);
    await element("img", { src: url }, url);
    await element("script", { src: url, crossOrigin: "use-credentials" }, url);
  }
  const socket = new WebSocket(`${urls[0].replace(/^http/, "ws")}`);
  await within(1000, new Promise((go) => {
    socket.onopen = () => go(tell("a socket", urls[0]));
    socket.onerror = go;
  }));
  return found;
}

async function frames(scene, origin) {
  const { away, base } = scene;
  const all = shown().filter((path) => !path.endsWith("/events")).map((path) => base + path);
  for (let from = 0; from < all.length; from += 20) await framed(scene, origin, "iframe", all.slice(from, from + 20));
  for (const element of ["object", "embed"]) await framed(scene, origin, element, ["/account", "/login", "/signup"].map((path) => base + path));
  // What we keep out is not what cannot be framed at all.
  await away.goto(origin);
  await away.evaluate(frame, ["iframe", [`${origin}/`]]);
  await away.waitForFunction(() => document.querySelector("iframe").contentDocument?.title === "Elsewhere");
}

/** Every one of these is stopped, and none is seen. */
async function framed({ away, base }, origin, element, urls) {
  const left = new Set(urls);
  const seen = [];
  let done;
  const ended = new Promise((go) => (done = go));
  const stopped = (request) => {
    let first = request;
    while (first.redirectedFrom()) first = first.redirectedFrom();
    left.delete(first.url());
    if (!left.size) done();
  };
  const blocked = (request) => /BLOCKED_BY_RESPONSE/.test(request.failure().errorText) && stopped(request);
  // What is only to be kept as a file is shown nowhere.
  const kept = (reply) => /^attachment/.test(reply.headers()["content-disposition"] ?? "") && stopped(reply.request());
  const see = (frame) => frame.url().startsWith(base) && seen.push(frame.url());
  await away.goto(origin);
  away.on("requestfailed", blocked).on("response", kept).on("framenavigated", see);
  await away.evaluate(frame, [element, urls]);
  await Promise.race([ended, new Promise((go) => setTimeout(go, 10_000))]);
  away.off("requestfailed", blocked).off("response", kept).off("framenavigated", see);
  equal(seen.join("\n"), "", `shown in an ${element}`);
  equal([...left].join("\n"), "", `not stopped in an ${element}`);
}

/** In a page elsewhere: shows other pages. */
function frame([name, urls]) {
  for (const url of urls) {
    const element = document.createElement(name);
    element.setAttribute(name === "object" ? "data" : "src", url);
    document.body.append(element);
  }
}

async function windows(scene, origin) {
  const { away, base } = scene;
  for (const path of ["/account", "/login", "/account/password", "/account/api-keys", "/signup", "/login/with/github/callback"]) {
    await away.goto(origin);
    await away.evaluate(() => {
      window.heard = [];
      addEventListener("message", (event) => window.heard.push(String(event.data)));
    });
    const opened = away.waitForEvent("popup");
    await away.evaluate((url) => { window.theirs = open(url, "ours"); }, base + path);
    const popup = await opened;
    await popup.waitForLoadState();
    const complaints = [];
    popup.on("pageerror", (error) => complaints.push(String(error)));
    popup.on("dialog", (dialog) => dialog.dismiss().then(() => complaints.push("a dialog")));
    const before = await popup.content();
    const held = await away.evaluate(hold);
    equal(held.join("\n"), "", `a hold of ${path}`);
    equal(await popup.evaluate(() => window.opener === null && window.name === "" && window.parent === window), true, `${path} knows nobody`);
    equal(await popup.content(), before, `${path} is what it was`);
    equal(complaints.join("\n"), "", `${path} complains`);
    equal((await away.evaluate(() => window.heard)).join(), "", `said by ${path}`);
    await popup.close();
  }
  await scene.unchanged("windows");
}

/** In a page elsewhere: whatever can be done to the window that it opened. */
async function hold() {
  const found = [];
  const attempt = (what, run) => {
    try {
      const told = run();
      if (told !== undefined) found.push(`${what}: ${told}`);
    } catch {
      // As it should be.
    }
  };
  const { theirs } = window;
  attempt("its address", () => theirs.location.href);
  attempt("its document", () => theirs.document.title);
  attempt("its frames", () => (theirs.closed ? undefined : `open, with ${theirs.length}`));
  for (const data of ["login", { type: "token" }, { event: "oauth", code: "x" }, JSON.stringify({ action: "logout" })]) {
    attempt("a message", () => theirs.postMessage(data, "*"));
  }
  attempt("leads it away", () => {
    theirs.location = `${location.origin}/led-away`;
  });
  await new Promise((go) => setTimeout(go, 50));
  return found;
}

/** `Set-Cookie` lines by which a sub-domain would like to be heard as us. */
function planted(value, name) {
  const bare = name.replace("__Host-", "");
  const wide = "Domain=app.test; Path=/; Secure";
  const names = (spelled) => spelled.map((one) => `${one}=${value}; ${wide}`);
  return {
    "the very name": [`${name}=${value}; ${wide}`, `${name}=${value}; Path=/; Secure; HttpOnly`, `${name}=${value}; Domain=app.test; Path=/account; Secure`],
    "names without or with another prefix": names([bare, `__Secure-${bare}`, `__host-${bare}`, `__HOST-${bare.toUpperCase()}`, `__Http-${bare}`, `__Host-Http-${bare}`]),
    "names that begin with spaces, of ASCII and others": names([` ${name}`, `\u00a0${name}`, `\u0085${name}`].map(latin)).concat(names([`\u2000${name}`, `\u3000${name}`, `\ufeff${name}`].map(bytes))),
    "names that end in something": names([`${name} `, `${name}\u00a0`].map(latin)).concat(names([`${name}\u2000`].map(bytes))),
    "no name at all": [`=${name}=${value}; ${wide}`, `${name}; ${wide}`, `=${bare}=${value}; ${wide}`],
    "a sandwich of versions": [`$Version=1; Domain=app.test; Path=/account; Secure`, `zz="; ${wide}`, `a="${name}=${value}; ${wide}`, `$Path="/"; ${wide}`],
    "twice, for longer paths": [`${bare}=${value}; ${wide}`, `${bare}=${value}; Domain=app.test; Path=/account; Secure`, `${bare}=${value}; Domain=app.test; Path=/login; Secure`],
    "other cookies of ours": ["kw_flow", "kw_device", "kw_as", "kw_lang", "kw_provider"].map((one) => `${one}=${value}; ${wide}`),
    "values that are none": [`${bare}=%00; ${wide}`, `x=${latin("\u00e4")}; ${wide}`, `y={"a":1},[]; ${wide}`],
    "a thousand": Array.from({ length: 1000 }, (_, n) => `c${n}=1; ${wide}`),
    "a few that are large": Array.from({ length: 3 }, (_, n) => `big${n}=${"a".repeat(3500)}; ${wide}`),
    "a little more than a request may have": Array.from({ length: 6 }, (_, n) => `big${n}=${"a".repeat(3500)}; ${wide}`),
    "far more than a request may have": Array.from({ length: 60 }, (_, n) => `big${n}=${"a".repeat(3500)}; ${wide}`),
  };
}

/** As Node writes headers: one byte for each of these letters. */
const bytes = (text) => Buffer.from(text, "utf8").toString("latin1");
const latin = (text) => text;

/** As many lines at a time as an address may hold. */
function handfuls(lines) {
  const most = Math.max(1, Math.floor(30_000 / Math.max(...lines.map((line) => line.length * 2))));
  return Array.from({ length: Math.ceil(lines.length / most) }, (_, n) => lines.slice(n * most, (n + 1) * most));
}

/** More than we read at all: until the person removes them, or they end. */
const TOO_LARGE = /more than/;

/** Planted by headers and by scripts, from each of our neighbours. */
async function cookies(browser, base, others, what, lines) {
  const ada = await arrive(browser, base);
  await signIn(ada, ADA);
  const { page } = ada;
  for (const [, origin] of others.origins().filter(([who]) => who.includes("sub-domain"))) {
    for (const part of handfuls(lines)) {
      await page.goto(`${origin}/?${new URLSearchParams(part.map((line) => ["set", line]))}`);
    }
    await page.goto(origin);
    await page.evaluate((lines) => lines.forEach((line) => { document.cookie = line.replace("; HttpOnly", ""); }), lines);
  }
  const refused = await page.goto(`${base}/account`).then((reply) => reply.status() >= 400, () => true);
  const told = refused ? "" : (await page.content()) + (await page.evaluate(() => fetch("/api/v1/session").then((reply) => reply.text())));
  if (/mallory/i.test(told)) throw new Error("Ada became Mallory");
  equal(refused, TOO_LARGE.test(what), "the request is refused");
  if (refused) {
    await page.context().clearCookies({ name: /^big/ });
    ada.page = await page.context().newPage();
  }
  // Whatever else was planted stays where it is: people do not remove cookies.
  await ada.go("/login");
  if (ada.path() === "/login") await ada.send({ username: ADA, password: PASSWORD }, FORM);
  equal(ada.path(), "/account", "signed in again");
  contains(await ada.text("h1"), "Ada");
  await ada.leave();
}
