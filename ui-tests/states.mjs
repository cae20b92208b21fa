// States that a page comes to by the way a server is set up, by time, or by too many
// tries. Needs servers at which nobody may sign up (KEYWARD_CLOSED_URL), whoever is invited
// (KEYWARD_INVITED_URL), and whoever has an address at example.com (KEYWARD_DOMAIN_URL); the
// clock of the last one is as far ahead as a file says (KEYWARD_CLOCK). At one there are
// accounts without a name and no recovery (KEYWARD_GUEST_URL); another has its doors closed
// when its configuration file says so (KEYWARD_DOORS_URL, _FILE) and it is told to read it
// (KEYWARD_DOORS_PID).
import { writeFileSync } from "node:fs";
import { MODES, check } from "./accessible.mjs";
import { code as codeOf } from "./factors.mjs";
import { contains, equal } from "./report.mjs";
import { SUBMIT, arrive, path, seeing, signUp, someone, wrong } from "./seeing.mjs";
import { PASSWORD } from "./visitor.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export async function states(browser, report) {
  const { KEYWARD_CLOSED_URL: closed, KEYWARD_INVITED_URL: invited, KEYWARD_DOMAIN_URL: domain, KEYWARD_CLOCK: clock } = process.env;
  const { KEYWARD_GUEST_URL: guest, KEYWARD_DOORS_URL: url, KEYWARD_DOORS_FILE: file, KEYWARD_DOORS_PID: pid } = process.env;
  if (!closed || !invited || !domain || !clock || !guest || !url) return;
  const time = new Time(clock);
  const doors = new Doors(url, file, pid);
  for (const { name, ...mode } of MODES) {
    await switchedOff(browser, { guest, doors }, report, name, mode);
    await lockedOut(browser, domain, report, name, mode);
    await byTextMessage(browser, domain, report, name, mode, time);
    await whoMaySignUp(browser, { closed, invited, domain }, report, name, mode);
    await byMessage(browser, domain, report, name, mode, time);
    await tooMany(browser, domain, report, name, mode, time);
    await tooLate(browser, domain, report, name, mode, time);
  }
  // Forms do the same without scripts; axe needs them.
  await switchedOff(browser, { guest, doors }, report, "no scripts", { scripts: false });
  await lockedOut(browser, domain, report, "no scripts", { scripts: false });
  await byTextMessage(browser, domain, report, "no scripts", { scripts: false }, time);
  await whoMaySignUp(browser, { closed, invited, domain }, report, "no scripts", { scripts: false });
  await byMessage(browser, domain, report, "no scripts", { scripts: false }, time);
  await tooMany(browser, domain, report, "no scripts", { scripts: false }, time);
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

/** A server whose doors are closed and opened while it runs. */
class Doors {
  constructor(url, file, pid) {
    this.url = url;
    this.file = file;
    this.pid = Number(pid);
  }

  async set(closed) {
    writeFileSync(this.file, `[server]\nmaintenance = ${closed}\n`);
    process.kill(this.pid, "SIGHUP");
    for (;;) {
      const told = await (await fetch(`${this.url}/api/v1/config`)).json();
      if (told.maintenance === closed) return;
    }
  }
}

async function whoMaySignUp(browser, { closed, invited, domain }, report, how, mode) {
  let visitor = await arrive(browser, closed, mode);
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

  visitor = await arrive(browser, invited, mode);
  sees = seeing(visitor, report, how);
  await sees("sign-up by invitation says so", async () => {
    await visitor.go("/signup");
    contains(await visitor.text("main"), "An invitation is needed");
  });
  await sees("an invitation that is none is refused at once", async () => {
    equal((await visitor.go("/invite/none-of-ours")).status(), 422, "status");
    contains(await visitor.text("[role=alert]"), "This invitation was used already");
    equal(await visitor.page.locator("main form").count(), 0, "forms");
  });
  const guest = someone();
  await sees("an invitation opens the form", async () => {
    await visitor.signIn("admin@example.com");
    await visitor.go("/admin/invitations");
    await visitor.send({ email: guest }, "[aria-labelledby=new] button");
    const letter = await visitor.letter(guest);
    await visitor.press(".top form button");
    await visitor.go(path(letter));
    equal(await visitor.page.locator("[name=invitation]").count(), 1, "the invitation");
    contains(await visitor.text("h1"), "You are invited to");
  });
  await sees("and an account", async () => {
    await visitor.send({ name: "Guest", email: guest, password: PASSWORD }, SUBMIT);
    if (visitor.path() === "/verify") await visitor.send({ code: (await visitor.letter(guest)).code }, SUBMIT);
    equal(visitor.path(), "/account");
  });
  await visitor.leave();

  visitor = await arrive(browser, domain, mode);
  sees = seeing(visitor, report, how);
  await sees("an address of another domain is refused, and kept", async () => {
    await visitor.go("/signup");
    await visitor.send({ name: "Eve", email: "eve@example.org", password: PASSWORD }, SUBMIT);
    contains(await visitor.text("[role=alert]"), "not open to addresses of this domain");
    equal(await visitor.page.inputValue("#email"), "eve@example.org", "the address");
  });
  await visitor.leave();
}

/** What an operator has on or off: accounts without a name, recovery, the doors. */
async function switchedOff(browser, { guest, doors }, report, how, mode) {
  let visitor = await arrive(browser, guest, mode);
  let sees = seeing(visitor, report, how);
  const email = someone();
  await sees("where recovery is off, nothing leads to it", async () => {
    await visitor.go("/login");
    equal(await visitor.page.locator("a[href$='/recover']").count(), 0, "ways to recover");
  });
  await sees("and its page says whom to ask", async () => {
    equal((await visitor.go("/recover")).status(), 403, "status");
    contains(await visitor.text("main"), "ask an administrator");
  });
  await sees("sign-up offers to go on without an account", async () => {
    await visitor.go("/signup");
    equal(await visitor.text(GUEST), "Continue without an account");
  });
  await sees("whoever does is told that this browser alone holds the account", async () => {
    await visitor.go("/login");
    await visitor.press(GUEST);
    equal(visitor.path(), "/account");
    contains(await visitor.text("main"), "Nothing but this browser holds it");
  });
  await sees("an address keeps it", async () => {
    await visitor.send({ to: email }, "[aria-labelledby=keep] button", "[aria-labelledby=keep]");
    await visitor.send({ code: (await visitor.letter(email)).code }, SUBMIT);
    equal(visitor.path(), "/account");
    equal(await visitor.page.locator("[aria-labelledby=keep]").count(), 0, "what is asked for");
    contains(await visitor.text("main"), email);
  });
  await visitor.leave();

  visitor = await arrive(browser, doors.url, mode);
  sees = seeing(visitor, report, how);
  const ada = await arrive(browser, doors.url, mode);
  await doors.set(false);
  await ada.signIn("ada@example.com");
  await doors.set(true);
  await sees("while the doors are closed, signing in says so", async () => {
    await visitor.go("/login");
    contains(await visitor.text("[role=status]"), "paused for maintenance");
  });
  await sees("nobody new comes in", async () => {
    await visitor.send({ username: "bob@example.com", password: PASSWORD }, SUBMIT);
    equal(visitor.path(), "/login");
    contains(await visitor.text("[role=alert]"), "paused for maintenance");
  });
  await sees("nobody signs up", async () => {
    equal((await visitor.go("/signup")).status(), 503, "status");
    contains(await visitor.text("main"), "paused for maintenance");
  });
  await sees("an administrator comes in", async () => {
    await visitor.signIn("admin@example.com");
    equal(visitor.path(), "/account");
  });
  await report.step(`whoever is in goes on (${how})`, async () => {
    await ada.go("/account/sessions");
    equal(ada.path(), "/account/sessions");
  });
  await doors.set(false);
  await ada.leave();
  await visitor.leave();
}

const GUEST = "form[action$='/login/anonymous'] button";

/** Somebody whose account an administrator locks while they are signed in. */
async function lockedOut(browser, base, report, how, mode) {
  const admin = await arrive(browser, base, mode);
  const eve = await arrive(browser, base, mode);
  const sees = seeing(eve, report, how);
  const email = someone();
  await signUp(eve, email);
  await eve.send({ code: (await eve.letter(email)).code }, SUBMIT);
  await admin.signIn("admin@example.com");
  await admin.go(`/admin/people?q=${encodeURIComponent(email)}`);
  await admin.press("tbody a");
  await admin.press('form[action$="/lock"] button');
  await sees("whoever was locked out is told so", async () => {
    await eve.go("/account");
    equal(eve.path(), "/login");
    contains(await eve.text("[role=status]"), "An administrator has locked this account");
  });
  await sees("and signing in tells nobody more", async () => {
    await eve.signIn(email);
    contains(await eve.text("[role=alert]"), "incorrect");
  });
  await admin.leave();
  await eve.leave();
}

/** A recovery that somebody else began is stopped by the link of a text message. */
async function byTextMessage(browser, base, report, how, mode, time) {
  const ada = await arrive(browser, base, mode);
  const sees = seeing(ada, report, how);
  const [email, phone] = [someone(), `+49 151 ${1000000 + Math.floor(Math.random() * 8999999)}`];
  await signUp(ada, email);
  await ada.send({ code: (await ada.letter(email)).code }, SUBMIT);
  await ada.go("/account/phone");
  await ada.send({ to: phone }, SUBMIT);
  await ada.send({ code: (await ada.letter(phone)).code }, SUBMIT);
  time.forward(2 * MINUTE);
  const eve = await arrive(browser, base, mode);
  let letter;
  await report.step(`a text message tells of a begun recovery, with a link (${how})`, async () => {
    await eve.go("/recover");
    await eve.send({ identifier: email }, SUBMIT);
    // It is written once the letter with the code has left.
    for (let tries = 0; tries < 100 && !letter?.link; tries += 1) {
      letter = await ada.letter(phone);
      if (!letter.link) await ada.page.waitForTimeout(100);
    }
    contains(letter.text, "Not you?");
  });
  await eve.leave();
  await sees("the link asks before it stops", async () => {
    await ada.go(path(letter));
    contains(await ada.text("main"), "Somebody wants to set a new password");
  });
  await sees("and stops the recovery", async () => {
    await ada.press(SUBMIT);
    contains(await ada.text("[role=status]"), "It is stopped");
  });
  await sees("once", async () => {
    await ada.go(path(letter));
    contains(await ada.text("[role=alert]"), "does not work any more");
  });
  await ada.leave();
}

let people = 0;

/** Codes and links that are sent: to sign in, to get back in, to prove an address. */
async function byMessage(browser, base, report, how, mode, time) {
  const ada = await arrive(browser, base, mode);
  const sees = seeing(ada, report, how);
  const [email, other] = [someone(), someone()];
  await sees("whoever has not confirmed their address is asked to", async () => {
    await signUp(ada, email);
    await ada.letter(email);
    await ada.signIn(email);
    equal(ada.path(), "/verify");
  });
  await sees("whoever signs up again sees the same page", async () => {
    time.forward(2 * MINUTE);
    await ada.signIn(email);
    await ada.send({ code: (await ada.letter(email)).code }, SUBMIT);
    equal(ada.path(), "/account");
    await ada.press(".top form button");
    await signUp(ada, email);
    equal(ada.path(), "/verify");
    contains(await ada.text("main"), "We sent a code");
  });
  await sees("a code to sign in is on its way", async () => {
    time.forward(2 * MINUTE);
    await ada.go("/login/code");
    await ada.send({ identifier: email }, SUBMIT);
    contains(await ada.text("main"), "can sign in here, a code is on its way");
  });
  await sees("a wrong code to sign in is refused", async () => {
    await ada.send({ code: wrong((await ada.letter(email)).code) }, SUBMIT);
    contains(await ada.text("[role=alert]"), "not right");
  });
  await sees("another code cannot be had at once", async () => {
    await ada.press("form.second button");
    contains(await ada.text("[role=alert]"), "A message was sent a moment ago");
  });
  if (mode.scripts ?? true) {
    await report.step(`how long to wait for it is counted down (${how})`, async () => {
      const hint = ada.page.locator("[data-wait]");
      const said = await hint.innerText();
      await ada.page.waitForFunction((said) => document.querySelector("[data-wait]")?.innerText !== said, said);
      const seconds = (text) => Number(text.match(/\d+/)[0]);
      if (seconds(await hint.innerText()) >= seconds(said)) throw new Error("it does not go down");
    });
  }
  await sees("another code can be had later, and lets in", async () => {
    time.forward(2 * MINUTE);
    await ada.press("form.second button");
    contains(await ada.text("[role=status]"), "on its way");
    await ada.send({ code: (await ada.letter(email)).code }, SUBMIT);
    equal(ada.path(), "/account");
  });
  let link;
  await sees("a link to sign in asks before it lets in", async () => {
    await ada.press(".top form button");
    time.forward(2 * MINUTE);
    await ada.go("/login/link");
    await ada.send({ identifier: email }, SUBMIT);
    link = path(await ada.letter(email));
    await ada.go(link);
    contains(await ada.text("main"), "The link is right");
  });
  await sees("it lets in once", async () => {
    await ada.press(SUBMIT);
    equal(ada.path(), "/account");
    await ada.press(".top form button");
    await ada.go(link);
    contains(await ada.text("main"), "It was used already");
  });
  await sees("whoever is unknown is told the same as whoever is known", async () => {
    const told = [];
    for (const who of [other, email]) {
      time.forward(2 * MINUTE);
      await ada.go("/recover");
      await ada.send({ identifier: who }, SUBMIT);
      told.push(await ada.text("main"));
    }
    equal(told[0], told[1], "what is told");
  });
  await sees("a wrong code to recover is refused, the right one lets in", async () => {
    const letter = await ada.letter(email);
    await ada.send({ code: wrong(letter.code), password: "another long password" }, SUBMIT);
    contains(await ada.text("[role=alert]"), "not right");
    await ada.send({ code: letter.code, password: "another long password" }, SUBMIT);
    equal(ada.path(), "/account");
    link = path(letter);
  });
  await sees("a link to recover that was used is said to be", async () => {
    await ada.go(link);
    await ada.send({ password: "yet another password" }, SUBMIT);
    contains(await ada.text("main"), "It was used already");
  });
  await sees("a change of address can be called off", async () => {
    await ada.go("/account/email");
    if (ada.path() === "/account/step-up") throw new Error("a step-up");
    await ada.send({ to: other }, SUBMIT);
    await ada.press("form[action$='/cancel'] button");
    contains(await ada.text("[role=status]"), "Done");
  });
  const eve = await arrive(browser, base, mode);
  await sees("a link for another account says whose it is", async () => {
    const third = someone();
    await signUp(eve, third);
    await ada.go(path(await eve.letter(third)));
    await ada.press(SUBMIT);
    equal(ada.path(), "/account");
    contains(await ada.text("[role=status]"), "It belongs to another account");
  });
  await eve.leave();
  await ada.leave();
}

/** Wrong again and again: a code, a second factor, a password. */
async function tooMany(browser, base, report, how, mode, time) {
  const ada = await arrive(browser, base, mode);
  const sees = seeing(ada, report, how);
  const email = someone();
  await sees("a code that was missed too often is right no more", async () => {
    await signUp(ada, email);
    const { code } = await ada.letter(email);
    for (let tries = 0; tries < 5; tries += 1) await ada.send({ code: wrong(code) }, SUBMIT);
    await ada.send({ code }, SUBMIT);
    contains(await ada.text("[role=alert]"), "Too many wrong codes");
  });
  await sees("the last try at a second factor is announced", async () => {
    // A new code gives that flow no new tries; signing in begins another.
    time.forward(2 * MINUTE);
    await ada.signIn(email);
    await ada.send({ code: (await ada.letter(email)).code }, SUBMIT);
    equal(ada.path(), "/account");
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
async function tooLate(browser, base, report, how, mode, time) {
  const ada = await arrive(browser, base, mode);
  const eve = await arrive(browser, base, mode);
  const [sees, eveSees] = [seeing(ada, report, how), seeing(eve, report, how)];
  const [email, other] = [someone(), someone()];
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
    if (how !== "no scripts") await check(ada.page);
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
  const gus = await arrive(browser, base, mode);
  const gusSees = seeing(gus, report, how);
  const fourth = someone();
  await report.step(`a code to set a new password with is on its way (${how})`, async () => {
    await signUp(gus, fourth);
    await gus.send({ code: (await gus.letter(fourth)).code }, SUBMIT);
    await gus.press(".top form button");
    time.forward(2 * MINUTE);
    await gus.go("/recover");
    await gus.send({ identifier: fourth }, SUBMIT);
    equal(gus.path(), "/recover/code");
  });
  const fay = await arrive(browser, base, mode);
  const faySees = seeing(fay, report, how);
  const third = someone();
  await report.step(`a code to sign in with is on its way (${how})`, async () => {
    await signUp(fay, third);
    await fay.send({ code: (await fay.letter(third)).code }, SUBMIT);
    await fay.press(".top form button");
    time.forward(2 * MINUTE);
    await fay.go("/login/code");
    await fay.send({ identifier: third }, SUBMIT);
    equal(fay.path(), "/login/code");
  });
  // Less than an hour after codes ended: then nobody remembers them.
  time.forward(HOUR + 5 * MINUTE);
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
  await faySees("a code to sign in with that comes too late is refused", async () => {
    await fay.send({ code: (await fay.letter(third)).code }, SUBMIT);
    contains(await fay.text("[role=alert]"), "This code has expired");
  });
  await faySees("a code to sign in with that was missed too often is right no more", async () => {
    await fay.go("/login/code");
    await fay.send({ identifier: third }, SUBMIT);
    for (let tries = 0; tries < 6; tries += 1) await fay.send({ code: "none" }, SUBMIT);
    contains(await fay.text("[role=alert]"), "Too many wrong codes");
  });
  await fay.leave();
  await gusSees("a code to recover that comes too late is refused", async () => {
    const fields = { code: (await gus.letter(fourth)).code, password: "another long password" };
    await gus.send(fields, SUBMIT);
    contains(await gus.text("[role=alert]"), "This code has expired");
  });
  await gusSees("a code to recover that was missed too often is right no more", async () => {
    await gus.press(".links a");
    await gus.send({ identifier: fourth }, SUBMIT);
    const right = (await gus.letter(fourth)).code;
    const fields = { code: wrong(right), password: "another long password" };
    for (let tries = 0; tries < 6; tries += 1) await gus.send(fields, SUBMIT);
    contains(await gus.text("[role=alert]"), "Too many wrong codes");
    await gus.send({ ...fields, code: right }, SUBMIT);
    contains(await gus.text("[role=alert]"), "Too many wrong codes");
  });
  await gus.leave();
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
