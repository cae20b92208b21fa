// States that a page comes to by the way a server is set up, by time, or by too many
// tries. Needs servers at which nobody may sign up (KEYWARD_CLOSED_URL), whoever is invited
// (KEYWARD_INVITED_URL), and whoever has an address at example.com (KEYWARD_DOMAIN_URL); the
// clock of the last one is as far ahead as a file says (KEYWARD_CLOCK).
import { writeFileSync } from "node:fs";
import { MODES, check } from "./accessible.mjs";
import { code as codeOf } from "./factors.mjs";
import { contains, equal } from "./report.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

const SUBMIT = "main form button:not([type=button])";
const HOUR = 3_600_000;

export async function states(browser, report) {
  const { KEYWARD_CLOSED_URL: closed, KEYWARD_INVITED_URL: invited, KEYWARD_DOMAIN_URL: domain, KEYWARD_CLOCK: clock } = process.env;
  if (!closed || !invited || !domain || !clock) return;
  const time = new Time(clock);
  for (const { name, ...mode } of MODES) {
    await whoMaySignUp(browser, { closed, invited, domain }, report, name, mode);
    await tooMany(browser, domain, report, name, mode, time);
    await tooLate(browser, domain, report, name, mode, time);
  }
  // Forms do the same without scripts; axe needs them.
  await tooLate(browser, domain, report, "no scripts", { scripts: false }, time);
}

/** The clock of a server: it is put forward, never back. */
class Time {
  constructor(file) {
    this.file = file;
    this.ahead = 0;
  }

  forward(by) {
    this.ahead += by;
    writeFileSync(this.file, `+${this.ahead / 1000}`);
  }

  now() {
    return Date.now() + this.ahead;
  }
}

/** One sentence after the other, each about what a page says; looked at by axe as well. */
function seeing(visitor, report, how) {
  return (what, run) =>
    report.step(`${what} (${how})`, async () => {
      await run();
      if (how !== "no scripts") await check(visitor.page);
    });
}

async function whoMaySignUp(browser, { closed, invited, domain }, report, how, mode) {
  const arrive = (base) => Visitor.arrive(browser, base, { bypassCSP: true, ...mode });
  let visitor = await arrive(closed);
  let sees = seeing(visitor, report, how);
  await sees("sign-up that is closed says so", async () => {
    equal((await visitor.go("/signup")).status(), 403, "status");
    contains(await visitor.text("main"), "Sign-up is closed");
  });
  await sees("where sign-up is closed, signing in leads to none", async () => {
    await visitor.go("/login");
    equal(await visitor.page.locator("a[href$='/signup']").count(), 0, "ways to sign up");
  });
  await visitor.leave();

  visitor = await arrive(invited);
  sees = seeing(visitor, report, how);
  await sees("sign-up by invitation says so", async () => {
    await visitor.go("/signup");
    contains(await visitor.text("main"), "An invitation is needed");
  });
  await sees("an invitation that is none is refused", async () => {
    await visitor.go("/invite/none-of-ours");
    await visitor.send({ name: "Eve", email: "eve@example.com", password: PASSWORD }, SUBMIT);
    contains(await visitor.text("[role=alert]"), "invitation");
  });
  await visitor.leave();

  visitor = await arrive(domain);
  sees = seeing(visitor, report, how);
  await sees("an address of another domain is refused, and kept", async () => {
    await visitor.go("/signup");
    await visitor.send({ name: "Eve", email: "eve@example.org", password: PASSWORD }, SUBMIT);
    contains(await visitor.text("[role=alert]"), "not open to addresses of this domain");
    equal(await visitor.page.inputValue("#email"), "eve@example.org", "the address");
  });
  await visitor.leave();
}

/** Signs up to the point where a code is asked for. */
async function signUp(visitor, email) {
  await visitor.go("/signup");
  await visitor.send({ name: "Ada", email, password: PASSWORD }, SUBMIT);
}

let people = 0;

function someone() {
  people += 1;
  return `state-${people}-${Date.now().toString(36)}@example.com`;
}

/** Wrong again and again: a code, a second factor, a password. */
async function tooMany(browser, base, report, how, mode, time) {
  const ada = await Visitor.arrive(browser, base, { bypassCSP: true, ...mode });
  const sees = seeing(ada, report, how);
  const email = someone();
  const wrong = (code) => (code === "111111" ? "222222" : "111111");
  await sees("a code that was missed too often is right no more", async () => {
    await signUp(ada, email);
    const { code } = await ada.letter(email);
    for (let tries = 0; tries < 5; tries += 1) await ada.send({ code: wrong(code) }, SUBMIT);
    await ada.send({ code }, SUBMIT);
    contains(await ada.text("[role=alert]"), "Too many wrong codes");
  });
  await sees("the last try at a second factor is announced", async () => {
    // Another code may be sent once some time has passed.
    time.forward(HOUR / 4);
    await ada.press("form.second button");
    await ada.send({ code: (await ada.letter(email)).code }, SUBMIT);
    await ada.go("/account/totp");
    await ada.press(SUBMIT);
    const secret = await ada.text("code.secret");
    await ada.send({ code: codeOf(secret, time.now()) }, SUBMIT);
    await ada.press(".top form button");
    await ada.signIn(email);
    for (let tries = 0; tries < 4; tries += 1) {
      equal(await ada.page.getByText("last try").count(), 0, "too early");
      await ada.send({ code: "none" }, SUBMIT);
    }
    contains(await ada.text("main"), "This is the last try");
  });
  await sees("after it, signing in begins anew", async () => {
    await ada.send({ code: "none" }, SUBMIT);
    equal(ada.path(), "/login");
    contains(await ada.text("[role=status]"), "sign in again");
  });
  await sees("too many passwords are refused, with the time to wait", async () => {
    for (let tries = 0; tries < 12; tries += 1) {
      await ada.signIn(email, "not this password");
      if (/Too many attempts/.test(await ada.text("[role=alert]"))) break;
    }
    contains(await ada.text("[role=alert]"), "Too many attempts. Please wait 10 minutes.");
  });
  await ada.leave();
}

/** What was asked for in time, and comes too late. */
async function tooLate(browser, base, report, how, { scripts = true, ...mode }, time) {
  const arrive = () => Visitor.arrive(browser, base, { scripts, bypassCSP: scripts, ...mode });
  const ada = await arrive();
  const eve = await arrive();
  const [sees, eveSees] = [seeing(ada, report, how), seeing(eve, report, how)];
  const [email, other] = [someone(), someone()];
  const path = (letter) => new URL(letter.link).pathname;
  let used;
  await sees("a link to confirm works once", async () => {
    await signUp(ada, email);
    used = path(await ada.letter(email));
    await ada.go(used);
    await ada.press(SUBMIT);
    equal(ada.path(), "/account");
    await ada.go(used);
    await ada.press(SUBMIT);
    contains(await ada.text("main"), "It was used already");
  });
  await eveSees("on another device, a link to sign in shows a code", async () => {
    await eve.go("/login/link");
    await eve.send({ identifier: email }, SUBMIT);
    await ada.go(path(await ada.letter(email)));
    contains(await ada.text("h1"), "Your code");
    const code = await ada.text(".code-shown");
    await eve.send({ code }, SUBMIT);
    equal(eve.path(), "/account");
  });
  await report.step(`what is asked for in time waits (${how})`, async () => {
    await ada.go("/account");
    equal(ada.path(), "/account");
    await eve.press(".top form button");
    await signUp(eve, other);
    equal(eve.path(), "/verify");
  });
  const code = (await eve.letter(other)).code;
  const confirm = path(await eve.letter(other));
  await eve.page.request.post(`${base}/recover`, { form: { identifier: email } });
  const recover = path(await eve.letter(email));
  time.forward(2 * HOUR);
  await sees("a session that rested too long is said to have ended", async () => {
    await ada.go("/account/sessions");
    equal(ada.path(), "/login");
    contains(await ada.text("[role=status]"), "Your session has ended");
  });
  await sees("and signing in leads back", async () => {
    await ada.send({ username: email, password: PASSWORD }, SUBMIT);
    equal(ada.path(), "/account/sessions");
  });
  await eveSees("a code that comes too late is refused", async () => {
    await eve.send({ code }, SUBMIT);
    contains(await eve.text("[role=alert]"), "This code has expired");
  });
  await eveSees("a link to confirm that comes too late is refused", async () => {
    await eve.go(confirm);
    await eve.press(SUBMIT);
    contains(await eve.text("main"), "its time is over");
  });
  await eveSees("a link to recover that comes too late is refused", async () => {
    await eve.go(recover);
    await eve.send({ password: "another long password" }, SUBMIT);
    contains(await eve.text("main"), "its time is over");
  });
  await ada.leave();
  await eve.leave();
}
