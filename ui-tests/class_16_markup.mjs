// Class 16: what strangers, people and administrators write is text, wherever Chromium
// shows it. Everything that can be written is markup; then every page is looked at by a
// stranger, by a person and by an administrator, and every form is sent with it. No dialog,
// nothing that the content security policy had to stop, no error, no request elsewhere, no
// element that is not ours. Needs a server for development of its own (KEYWARD_ATTACKED_URL)
// with a field `city` in profiles.
import { HEADERS, MARKUP } from "./payloads.mjs";
import { contains, equal } from "./report.mjs";
import { pages } from "./routes.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";
import { Witness, strange } from "./witness.mjs";

const EVE = "eve@example.com";
/** Of one person, short of the limit: forms make some as well. */
const MOST_KEYS = 45;
/** What pages read from their addresses, or might. */
const NAMES = [
  "return_to", "next", "notice", "lang", "q", "type", "user", "cursor", "role", "permission", "also", "subject", "resource",
  "owner", "attributes", "method", "captcha", "flow", "token", "error", "error_description", "error_uri", "state", "code", "iss",
  "id", "kind", "site", "to", "login_hint",
];

export async function markup(browser, base, report) {
  const step = (name, run) => report.step(`class 16: ${name}`, run);
  const eve = await watched(browser, base);
  const admin = await watched(browser, base);
  const stranger = await watched(browser, base);
  let house;
  await step("the witness sees a script in a page, which is stopped, and a dialog", () => provesItself(stranger));
  await step("markup is written wherever something can be written", async () => {
    await admin.signIn("admin@example.com");
    house = await furnish(admin, eve);
  });
  if (!house) return;
  await step("what is written stands as text on every page, for an administrator", async () => {
    await everyPage(admin, await ofAdministrators(admin, house), 5);
  });
  await step("what is written stands as text on every page, for the person", () => everyPage(eve, addresses(house), 1));
  await step("what is written stands as text on every page, for a stranger", () => everyPage(stranger, addresses(house), 0));
  await step("a name that is changed by a form is text everywhere", () => renamed(eve, admin, house));
  await step("the name of a passkey is text", () => passkey(eve));
  await step("what stands in an address is text, to a stranger", () => everyAddress(stranger, house));
  await step("what stands in an address is text, to the person", () => everyAddress(eve, house));
  await step("what stands in an address is text, to an administrator", () => everyAddress(admin, house));
  await step("what a form is sent with is text on the page that answers, to a stranger", () => everyForm(stranger, house));
  await step("what a form is sent with is text on the page that answers, to the person", () => everyForm(eve, house));
  await step("what a form is sent with is text on the page that answers, to an administrator", () => everyForm(admin, house));
  await step("no letter has an element more than a plain one", () => letters(browser, base, admin));
  for (const visitor of [eve, admin, stranger]) await visitor.leave();
}

/** Somebody whose browser tells everything that no page of ours does. */
async function watched(browser, base, more) {
  const visitor = await Visitor.arrive(browser, base, more);
  visitor.witness = await Witness.of(visitor.page.context(), base);
  return visitor;
}

/** A test of the test: without it, silence would prove nothing. */
async function provesItself(visitor) {
  const { page, witness } = visitor;
  await visitor.go("/login");
  witness.none("/login");
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
  });
  equal(await page.evaluate(() => window.ran), undefined, "what the script did");
  contains(witness.take().join("\n"), "script-src-elem stopped inline");
  await page.evaluate(() => new Promise((go) => {
    const image = new Image();
    image.onerror = go;
    image.src = "https://attacker.test/p.png";
  }));
  contains(witness.take().join("\n"), "img-src stopped https://attacker.test/p.png");
  await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<p id=bad onclick='1'><a href='javascript:1'>x</a><iframe></iframe>"));
  equal((await strange(page)).length, 4, "strange things, with the script");
  await page.evaluate(() => alert("here"));
  contains(witness.take().join("\n"), "a dialog: here");
  await visitor.go("/login");
  witness.none("/login again");
}

/** A request of the API in somebody's browser; whether it was done, and what was said. */
async function ask(visitor, method, path, data, headers = {}) {
  const reply = await visitor.page.request.fetch(visitor.base + path, { method, data, headers });
  const text = await reply.text();
  if (reply.status() >= 500) throw new Error(`${method} ${path}: ${text}`);
  return { done: reply.ok(), status: reply.status(), said: text ? JSON.parse(text) : {} };
}

/** What must be done for the test to be one. */
async function done(visitor, method, path, data, headers) {
  const { done, status, said } = await ask(visitor, method, path, data, headers);
  if (!done) throw new Error(`${method} ${path} with ${JSON.stringify(data)}: ${status} ${JSON.stringify(said)}`);
  return said;
}

/** Each of every so many. */
const some = (every) => MARKUP.filter((_, n) => n % every === 0);

const short = (text, most) => [...text].slice(0, most).join("");

/** A house in which all that can be written is markup; much of it is refused, as it should be. */
async function furnish(admin, eve) {
  const person = await done(admin, "POST", "/api/v1/admin/users", { email: EVE, name: "Eve", password: PASSWORD, verified: true });
  const house = { eve: person.id, people: [] };
  await eve.signIn(EVE);
  for (const [n, text] of MARKUP.entries()) {
    const email = `guest-${n}@example.com`;
    const guest = await done(admin, "POST", "/api/v1/admin/users", { email, name: text, verified: true });
    house.people.push(guest.id);
    await done(admin, "PATCH", `/api/v1/admin/users/${guest.id}`, { properties: { city: text } });
    const keys = `/api/v1/admin/users/${guest.id}/api-keys`;
    await done(admin, "POST", keys, { name: short(text, 100) });
    const { api_key } = await done(admin, "POST", keys, { name: "leaked" });
    await done(admin, "POST", "/api/v1/api-keys/report", { api_key, place: text });
    await done(admin, "POST", `/api/v1/admin/users/${guest.id}/impersonate`, { reason: text, session: "token" });
    await done(admin, "POST", `/api/v1/admin/users/${guest.id}/lock`, { reason: text });
    for (const [kind, at] of [["roles", "role"], ["groups", "group"]]) {
      await done(admin, "POST", `/api/v1/admin/${kind}`, { name: `${at}-${n}`, description: text });
      await ask(admin, "POST", `/api/v1/admin/${kind}`, { name: text });
    }
    await done(admin, "PUT", `/api/v1/admin/groups/group-${n}/members/${guest.id}`, {});
    const role = `/api/v1/admin/roles/role-${n}/permissions`;
    await ask(admin, "PUT", role, { permission: `posts:${text}`, effect: "allow" });
    const entries = [`allow ${text} posts:view`, `deny * posts:${text}`];
    for (const entry of entries) await ask(admin, "PUT", `/api/v1/admin/acl/list-${n}`, { entries: [entry] });
    const relation = { object: `docs:${text}`, relation: "viewer", subject: `user:${text}` };
    await ask(admin, "POST", "/api/v1/admin/relations", { add: [relation] });
    await ask(admin, "POST", "/api/v1/admin/invitations", { email: `"${text}"@example.com` });
    await asThePerson(eve, n, text);
  }
  return house;
}

/** What a person, or a stranger in their name, may write. */
async function asThePerson(eve, n, text) {
  if (n < MOST_KEYS) await done(eve, "POST", "/api/v1/me/api-keys", { name: short(text, 100) });
  await ask(eve, "PUT", "/api/v1/me/username", { username: text });
  await ask(eve, "PUT", "/api/v1/me/email", { email: `"${text}"@example.com` });
  if (!HEADERS.includes(text)) return;
  const headers = { "user-agent": text, "accept-language": text, "x-forwarded-for": text };
  const phone = await eve.page.context().browser().newContext({ userAgent: text });
  for (const password of [`wrong ${n}`, PASSWORD]) {
    const reply = await phone.request.post(`${eve.base}/api/v1/sign-in`, { data: { identifier: EVE, password }, headers });
    if (reply.ok() !== (password === PASSWORD)) throw new Error(`signing in on ${text}: ${await reply.text()}`);
  }
  await phone.close();
}

/** Every address of a page, with what exists in this house in its place. */
function addresses(house) {
  const known = { id: house.eve, token: "some-secret", provider: "github", method: "some-method", name: "list-0", set: "set-0", role: "role-0", group: "group-0" };
  const filled = pages().map((path) => path.replace(/\{(\w+)\}/g, (_, name) => known[name] ?? "x"));
  return [...filled.filter((path) => path !== "/logout"), "/admin/who?permission=users:view", `/admin/check?subject=${house.eve}&permission=users:view`, "/no-such-page", "/dev/inbox"];
}

/** Goes there; a page that is not shown whole and as ours is a failure. */
async function look(visitor, path) {
  const reply = await visitor.go(path);
  if (reply && reply.status() >= 500) throw new Error(`${path}: ${reply.status()}`);
  await ours(visitor, path);
}

async function ours(visitor, where) {
  const found = await strange(visitor.page);
  if (found.length) throw new Error(`${where}: ${found.join("\n")}`);
  visitor.witness.none(where);
}

/** Visits everything; what was written must be seen as often, or nothing was tested. */
async function everyPage(visitor, paths, least) {
  const seen = new Map(MARKUP.map((text) => [text, 0]));
  for (const path of paths) {
    await look(visitor, path);
    const text = await visitor.page.evaluate(() => {
      const fields = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
      return [document.documentElement.textContent, ...fields].join("\n");
    });
    for (const written of MARKUP) if (text.includes(short(written.trim(), 60))) seen.set(written, seen.get(written) + 1);
  }
  const unseen = [...seen].filter(([, times]) => times < least);
  if (unseen.length) throw new Error(`hardly shown anywhere: ${unseen.map(([text, times]) => `${times}: ${text}`).join("\n")}`);
}

/** What an administrator sees beside what everybody does. */
async function ofAdministrators(admin, house) {
  const groups = MARKUP.map((_, n) => `/admin/groups/group-${n}`);
  const people = house.people.map((id) => `/admin/people/${id}`);
  return [...addresses(house), ...(await followed(admin)), ...people, ...groups.filter((_, n) => n % 5 === 0)];
}

/** The further pages of long lists. */
async function followed(visitor) {
  const paths = [];
  for (const list of ["/admin/people", "/admin/audit", "/admin/groups", "/admin/roles", "/admin/matrix"]) {
    await visitor.go(list);
    for (let more = 0; more < 8; more += 1) {
      const link = visitor.page.locator("a[rel=next]").first();
      if (!(await link.count())) break;
      const path = await link.getAttribute("href");
      paths.push(path);
      await visitor.go(path);
    }
  }
  return paths;
}

/** By a form of the page, and seen by both at once. */
async function renamed(eve, admin, house) {
  for (const text of some(4)) {
    await eve.go("/account");
    await eve.send({ name: text, "properties.city": text }, "[aria-labelledby=profile] button");
    await ours(eve, `/account, saved as ${text}`);
    contains(await eve.text("h1"), short(text.trim().replace(/\s+/g, " "), 4));
    await look(admin, `/admin/people/${house.eve}`);
  }
  for (const path of ["/account", "/account/data", "/account/activity", "/account/step-up"]) await look(eve, path);
}

async function passkey(eve) {
  const cdp = await eve.page.context().newCDPSession(eve.page);
  await cdp.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true,
  };
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  await eve.go("/account/passkeys");
  await eve.page.fill("form[data-passkey] [name=name]", MARKUP[0]);
  await Promise.all([eve.page.waitForNavigation(), eve.page.click("form[data-passkey] button")]);
  contains(await eve.text("main .cards h2"), MARKUP[0]);
  for (const text of some(4)) {
    await eve.send({ name: short(text, 100) }, "main .cards form[action$='/name'] button", "main .cards");
    await ours(eve, `a passkey called ${text}`);
  }
  await cdp.send("WebAuthn.disable");
}

/** Markup in every part of every address, each part another one in each round. */
async function everyAddress(visitor, house) {
  const plain = addresses(house).map((path) => path.split("?")[0]);
  let turn = 0;
  const next = () => encodeURIComponent(MARKUP[turn++ % MARKUP.length]);
  for (const path of new Set(plain)) {
    const query = NAMES.map((name) => `${name}=${next()}`).join("&");
    await look(visitor, `${path}?${query}&${next()}=${next()}`);
  }
  for (const path of pages().filter((path) => path.includes("{"))) {
    for (let round = 0; round < 2; round += 1) await look(visitor, path.replace(/\{\w+\}/g, next));
  }
  for (const text of some(2)) {
    const written = encodeURIComponent(text);
    await look(visitor, `/${written}?return_to=/${written}&${written}`);
  }
}

/** Sends each form that has something to fill in, with markup in every field. */
async function everyForm(visitor, house) {
  let turn = 0;
  const sent = new Set();
  for (const path of addresses(house)) {
    await look(visitor, path);
    const forms = await visitor.page.evaluate(fillable);
    for (const action of forms) {
      if (sent.has(action)) continue;
      sent.add(action);
      for (let round = 0; round < 2; round += 1) {
        turn += 7;
        await visitor.go(path);
        const rotated = MARKUP.map((_, n) => MARKUP[(n + turn) % MARKUP.length]);
        if (!(await visitor.page.evaluate(fill, [action, rotated]))) break;
        await visitor.page.waitForEvent("load");
        await ours(visitor, `the form ${action} of ${path}`);
      }
    }
  }
  if (sent.size < 4) throw new Error(`hardly a form was found: ${[...sent]}`);
}

/** In the page: where forms go that have something to fill in, each once. */
function fillable() {
  const fields = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea";
  const forms = [...document.forms].filter((form) => form.querySelector(fields) && !form.dataset.passkey);
  return [...new Set(forms.map((form) => form.getAttribute("action")))];
}

/** In the page: fills whatever the form has and sends it, as a browser without manners would. */
function fill([action, texts]) {
  const form = [...document.forms].find((form) => form.getAttribute("action") === action);
  if (!form) return false;
  let next = 0;
  for (const field of form.querySelectorAll("input, textarea, select")) {
    if (field.name === "csrf") continue;
    if (field.localName === "select") field.append(new Option(texts[next], texts[next], true, true));
    if (["number", "date", "email", "tel", "search", "password"].includes(field.type)) field.type = "text";
    field.removeAttribute("maxlength");
    field.value = texts[next++ % texts.length];
    if (["checkbox", "radio"].includes(field.type)) field.checked = true;
  }
  form.noValidate = true;
  setTimeout(() => HTMLFormElement.prototype.submit.call(form));
  return true;
}

/** Does whatever has letters sent, as somebody with this name and these headers. */
async function causeLetters(browser, base, admin, name, n) {
  const email = `post-${n}@example.com`;
  const context = await browser.newContext(HEADERS.includes(name) ? { userAgent: name, extraHTTPHeaders: { "accept-language": name } } : {});
  const send = (path, data) => context.request.post(base + path, { data });
  await send("/api/v1/sign-up", { email, name, password: PASSWORD });
  await send("/api/v1/sign-up", { email, name, password: PASSWORD });
  const reply = await admin.page.request.get(`${base}/dev/inbox.json?${new URLSearchParams({ to: email, wait: "10s" })}`);
  const token = new URL((await reply.json()).data.at(-1).link).pathname.split("/").at(-1);
  await send("/api/v1/verify-link", { token });
  await send("/api/v1/sign-in", { identifier: email, password: PASSWORD });
  await send("/api/v1/me/api-keys", { name: short(name, 100) });
  await send("/api/v1/recovery", { identifier: email });
  await send("/api/v1/sign-in/link", { identifier: email });
  await send("/api/v1/sign-in/code", { identifier: email });
  await context.close();
  await done(admin, "POST", "/api/v1/admin/invitations", { email: `new-${email}`, roles: ["role-0"] });
  return [email, `new-${email}`];
}

/** Each letter as a program shows it that knows no policy, beside that of plain people. */
async function letters(browser, base, admin) {
  const reader = await watched(browser, base);
  await admin.page.request.delete(`${base}/dev/inbox.json`);
  const plain = await shapes(reader, await causeLetters(browser, base, admin, "Plain", "plain"), 7);
  for (const [n, text] of some(4).entries()) {
    const found = await shapes(reader, await causeLetters(browser, base, admin, text, n), plain.size);
    for (const [subject, shape] of found) equal(shape, plain.get(subject), `the letter ${subject} for ${text}`);
    reader.witness.none(`letters for ${text}`);
    await admin.page.request.delete(`${base}/dev/inbox.json`);
  }
  await reader.leave();
}

/** `subject → elements and the names of their attributes` of the letters to some addresses. */
async function shapes(reader, addresses, wanted) {
  const shapes = new Map();
  for (let tries = 0; shapes.size < wanted; tries += 1) {
    if (tries === 40) throw new Error(`only ${[...shapes.keys()]} came to ${addresses}`);
    const reply = await reader.page.request.get(`${reader.base}/dev/inbox.json`);
    for (const letter of (await reply.json()).data.filter(({ to }) => addresses.includes(to))) {
      if (shapes.has(letter.subject)) continue;
      const html = await reader.page.request.get(`${reader.base}/dev/inbox/html?id=${letter.id}`);
      await reader.page.goto("about:blank");
      await reader.page.setContent(await html.text());
      shapes.set(letter.subject, await reader.page.evaluate(shapeOf));
    }
    if (shapes.size < wanted) await reader.page.request.get(`${reader.base}/dev/inbox.json?to=nobody@example.com&wait=1s`);
  }
  return shapes;
}

/** In the page: what it is made of, without a word of text. */
function shapeOf() {
  const one = (element) => `${element.localName} ${[...element.attributes].map(({ name }) => name).sort().join(" ")}`;
  return [...document.querySelectorAll("*")].map(one).join("\n");
}
