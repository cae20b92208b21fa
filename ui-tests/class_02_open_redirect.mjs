// Class 02: whatever address a person was made to bring, Chromium ends up at ours: before
// and after signing in, signing out, proving an address, by links of messages, and by what
// pages make of their own address. Needs a server for development of its own
// (KEYWARD_ATTACKED_URL), where messages are not counted.
import { ELSEWHERE } from "./payloads.mjs";
import { equal } from "./report.mjs";
import { pages } from "./routes.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";
import { Witness, isOurs, strange } from "./witness.mjs";

const ADA = "ada@example.com";
/** What others called it. */
const NAMES = [
  "return_to", "next", "continue", "redirect", "redirect_uri", "redirect_url", "returnTo", "return", "url", "uri", "to", "target",
  "dest", "goto", "back", "callback", "RelayState", "ReturnUrl", "service", "post_logout_redirect_uri", "error_uri", "rd", "site",
];
/** A form with control characters is none of ours, and is not read. */
const isRead = (to) => !/\p{Cc}/u.test(to);
/** Those that a server could take for a path of its own, and some of the others. */
const LIKELY = ELSEWHERE.filter((to, n) => isRead(to) && (to.startsWith("/") || n % 10 === 0));

export async function openRedirect(browser, base, report) {
  const step = (name, run) => report.step(`class 02: ${name}`, run);
  await step("the witness sees who is led elsewhere", () => provesItself(browser, base));
  const stranger = await watched(browser, base);
  const ada = await watched(browser, base);
  await step("no page leads a stranger elsewhere by its address", () => everyPage(stranger));
  await step("signing in, being signed in, and signing out lead nowhere else", () => signsIn(ada));
  await step("no page leads a person elsewhere by its address", () => everyPage(ada));
  await step("proving who one is again leads nowhere else", () => provesAgain(ada));
  await step("an address that looks like another host stays one of ours", () => strangePaths(ada));
  await step("signing up and proving the address lead nowhere else, by code and by link", () => signsUp(stranger));
  await step("a link to sign in leads nowhere else, by code and by link", () => byMessage(stranger));
  await step("getting back in leads nowhere else", () => recovers(stranger));
  await step("the second step leads nowhere else", () => secondStep(stranger));
  await step("a service is gone to, and nobody else", () => byService(stranger));
  for (const visitor of [stranger, ada]) await visitor.leave();
}

async function watched(browser, base) {
  const visitor = await Visitor.arrive(browser, base);
  visitor.witness = await Witness.of(visitor.page.context(), base);
  return visitor;
}

/** A test of the test. */
async function provesItself(browser, base) {
  const visitor = await watched(browser, base);
  await visitor.go("/login");
  const asked = visitor.page.waitForRequest("https://evil.example.com/");
  await visitor.page.evaluate(() => location.assign("https://evil.example.com/"));
  await asked;
  equal(visitor.witness.take().join(), "a request elsewhere: https://evil.example.com/", "what was seen");
  await visitor.leave();
}

/** Where Chromium is now, and wherever it went in between: all of it ours. */
async function stays(visitor, where) {
  const { page, witness, base } = visitor;
  const found = await strange(page);
  if (!isOurs(page.url(), new URL(base).origin)) found.push(`it ended at ${page.url()}`);
  if (found.length) throw new Error(`${where}: ${found.join("\n")}`);
  witness.none(where);
}

const query = (to, names = ["return_to"]) => new URLSearchParams(names.map((name) => [name, to])).toString();

async function goes(visitor, path) {
  await visitor.go(path);
  await stays(visitor, path);
}

/** A form of ours, with a field that none of ours brings. */
async function sends(visitor, action, fields) {
  const loaded = visitor.page.waitForEvent("load");
  await visitor.page.evaluate(post, [action, fields]);
  await loaded;
  await stays(visitor, `${action} with ${JSON.stringify(fields)}`);
}

/** In the page: sends a form with these fields and the token of the page's own. */
function post([action, fields]) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  const csrf = document.querySelector("[name=csrf]")?.value;
  for (const [name, value] of Object.entries(csrf ? { csrf, ...fields } : fields)) {
    // A field of one line drops what breaks lines.
    const field = document.createElement("textarea");
    [field.name, field.value] = [name, value];
    form.append(field);
  }
  document.body.append(form);
  setTimeout(() => form.submit());
}

async function everyPage(visitor) {
  let turn = 0;
  const fill = (path) => path.replace(/\{\w+\}/g, "some-secret");
  const all = [...pages().filter((path) => !path.startsWith("/admin")).map(fill), "/", "/no-such-page", "/.well-known/change-password"];
  for (const path of all) {
    for (let round = 0; round < 2; round += 1) {
      turn += 1;
      await goes(visitor, `${path}?${query(ELSEWHERE[turn % ELSEWHERE.length], NAMES)}`);
    }
  }
}

async function signsIn(ada) {
  for (const to of LIKELY) {
    await goes(ada, `/login?${query(to)}`);
    await sends(ada, `/login?${query(to)}`, { username: ADA, password: PASSWORD, return_to: to });
    await goes(ada, "/account");
    equal(ada.path(), "/account", `signed in, ${JSON.stringify(to)}`);
    await sends(ada, `/logout?${query(to)}`, {});
    equal(ada.path(), "/login", `signed out, ${JSON.stringify(to)}`);
  }
  await ada.signIn(ADA);
  // Whoever is in is led on at once.
  for (const to of ELSEWHERE) {
    await goes(ada, `/login?${query(to, NAMES)}`);
    if (!isRead(to)) await sends(ada, `/login?${query(to)}`, { username: ADA, password: PASSWORD, return_to: to });
  }
}

async function provesAgain(ada) {
  for (const to of LIKELY) {
    await goes(ada, `/account/step-up?${query(to)}`);
    await sends(ada, `/account/step-up?${query(to)}`, { method: "password", code: PASSWORD, return_to: to });
  }
}

/** Whatever stands in such a page is followed: its languages, its next step. */
async function strangePaths(ada) {
  for (const path of ["//evil.example.com", "//evil.example.com/%2f..", "///evil.example.com", "/.//evil.example.com", "/%2f%2fevil.example.com", "/%5cevil.example.com", "//evil.example.com/account", "/login//evil.example.com"]) {
    await ada.page.goto(ada.base + path);
    await stays(ada, path);
    const links = await ada.page.locator("a:not([href^='#'])").count();
    for (let n = 0; n < links; n += 1) {
      await ada.page.goto(ada.base + path);
      const loaded = ada.page.waitForEvent("load");
      await ada.page.locator("a:not([href^='#'])").nth(n).click();
      await loaded;
      await stays(ada, `link ${n} of ${path}`);
    }
  }
}

const anew = (visitor) => visitor.page.context().clearCookies();

async function signsUp(visitor) {
  for (const [n, to] of LIKELY.entries()) {
    await anew(visitor);
    const email = `led-${n}@example.com`;
    await goes(visitor, `/signup?${query(to)}`);
    await sends(visitor, `/signup?${query(to)}`, { name: "Led", email, password: PASSWORD, return_to: to });
    const { code, link } = await visitor.letter(email);
    const path = new URL(link).pathname;
    if (n % 2) {
      const flow = await visitor.page.inputValue("[name=flow]");
      await sends(visitor, `/verify?${query(to)}`, { flow, code, return_to: to });
    } else {
      await goes(visitor, `${path}?${query(to, NAMES)}`);
      await sends(visitor, `${path}?${query(to, NAMES)}`, {});
    }
    await goes(visitor, "/account");
    equal(visitor.path(), "/account", `an account, ${JSON.stringify(to)}`);
  }
}

/** The accounts that were made before: messages to one address are counted. */
async function byMessage(visitor) {
  for (const [n, to] of LIKELY.entries()) {
    await anew(visitor);
    const [how, email] = [n % 2 ? "code" : "link", `led-${n}@example.com`];
    await visitor.page.request.delete(`${visitor.base}/dev/inbox.json`);
    await goes(visitor, `/login/${how}?${query(to)}`);
    await sends(visitor, `/login/${how}?${query(to)}`, { identifier: email, return_to: to });
    const { link, code } = await visitor.letter(email);
    if (how === "code") {
      const flow = await visitor.page.locator("[name=flow]").first().inputValue();
      await sends(visitor, `/login/code/confirm?${query(to)}`, { flow, code, return_to: to });
    } else {
      await goes(visitor, `${new URL(link).pathname}?${query(to, NAMES)}`);
      await sends(visitor, `${new URL(link).pathname}?${query(to)}`, { return_to: to });
    }
    await goes(visitor, "/account");
    equal(visitor.path(), "/account", `signed in, ${JSON.stringify(to)}`);
  }
}

async function recovers(visitor) {
  for (const [n, to] of LIKELY.entries()) {
    if (n % 4) continue;
    await anew(visitor);
    const email = `led-${n}@example.com`;
    await visitor.page.request.delete(`${visitor.base}/dev/inbox.json`);
    await goes(visitor, `/recover?${query(to, NAMES)}`);
    await sends(visitor, `/recover?${query(to)}`, { identifier: email });
    const { link } = await visitor.letter(email);
    const path = new URL(link).pathname;
    await goes(visitor, `${path}?${query(to, NAMES)}`);
    await sends(visitor, `${path}?${query(to, NAMES)}`, { password: "another long password", sign_out_others: "on" });
  }
}

/** Somebody with recovery codes: each opens the second step once. */
async function secondStep(visitor) {
  await anew(visitor);
  const { code: codeOf } = await import("./factors.mjs");
  await visitor.signIn("bob@example.com");
  await visitor.go("/account/totp");
  await visitor.press("main form button:not([type=button])");
  const secret = await visitor.text("code.secret");
  await visitor.send({ code: codeOf(secret, Date.now()) }, "main form button:not([type=button])");
  const codes = await visitor.page.locator(".secrets code").allInnerTexts();
  for (const [n, code] of codes.entries()) {
    const to = LIKELY[(n * 5) % LIKELY.length];
    await anew(visitor);
    await visitor.go("/login");
    await sends(visitor, "/login", { username: "bob@example.com", password: PASSWORD, return_to: to });
    equal(visitor.path(), "/login/mfa", "the second step");
    const flow = await visitor.page.locator("[name=flow]").first().inputValue();
    await sends(visitor, `/login/mfa?${query(to)}`, { flow, method: "recovery_code", code, return_to: to });
    await goes(visitor, "/account");
    equal(visitor.path(), "/account", `signed in, ${JSON.stringify(to)}`);
  }
}

/** A service that is a stub in the browser. */
async function byService(visitor) {
  await anew(visitor);
  const asked = [];
  await visitor.page.route("https://github.com/**", (route) => {
    asked.push(route.request().url());
    return route.fulfill({ contentType: "text/html", body: "<title>Service</title>" });
  });
  for (const to of LIKELY) {
    await visitor.go("/login");
    await visitor.page.evaluate(post, ["/login/with/github", { return_to: to }]);
    await visitor.page.waitForEvent("load");
    await visitor.page.waitForURL("https://github.com/**");
    const went = visitor.witness.take().filter((line) => !line.startsWith("a request elsewhere: https://github.com/login/oauth/authorize?"));
    equal(went.join("\n"), "", `by a service, ${JSON.stringify(to)}`);
    const state = new URL(asked.at(-1)).searchParams.get("state");
    if (asked.at(-1).includes("evil")) throw new Error(`told to the service: ${asked.at(-1)}`);
    await goes(visitor, `/login/with/github/callback?${query(to, NAMES)}&state=${state}&error=access_denied`);
  }
}
