// Second factors: set up, asked for, recovered, turned off; with and without scripts.
import { createHmac } from "node:crypto";
import { check } from "./accessible.mjs";
import { contains, equal } from "./report.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

const SUBMIT = "main form button:not([type=button])";
const STEP = 30_000;

/** RFC 6238 with SHA-1 and six digits: what every app does. */
export function code(secret, at) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((l) => letters.indexOf(l).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / STEP)));
  const tag = createHmac("sha1", key).update(counter).digest();
  const four = tag.readUInt32BE(tag.at(-1) & 15) & 0x7fffffff;
  return String(four % 1_000_000).padStart(6, "0");
}

export async function factors(browser, base, report, scripts) {
  const how = scripts ? "" : " (no scripts)";
  const step = (name, run) => report.step(name + how, run);
  const name = `mfa-${Date.now().toString(36)}@example.com`;
  const ada = await Visitor.arrive(browser, base, { scripts });
  let secret, codes;
  // A step that was used is never right again: the next may be one ahead.
  let used = 0;
  const fresh = () => {
    used = Math.max(used + STEP, Date.now());
    return code(secret, used);
  };

  await step("a person sets up an authenticator app", async () => {
    await ada.go("/signup");
    await ada.send({ name: "Ada", email: name, password: PASSWORD }, SUBMIT);
    await ada.send({ code: (await ada.letter(name)).code }, SUBMIT);
    await ada.go("/account/totp");
    await ada.press(SUBMIT);
    equal(await ada.page.locator("figure.qr svg").count(), 1, "a picture");
    secret = await ada.text("code.secret");
    equal(secret.replaceAll(" ", "").length, 32, "letters of the secret");
    await ada.send({ code: "none" }, SUBMIT);
    contains(await ada.text("[role=alert]"), "not right");
    await ada.send({ code: fresh() }, SUBMIT);
    codes = await ada.page.locator(".secrets code").allInnerTexts();
    equal(codes.length, 10, "codes");
    equal(await ada.page.locator("a[download]").count(), 1, "a download");
    equal(await ada.page.locator("button[data-print]").isVisible(), scripts, "printing needs a script");
  });
  await step("the codes are not shown again", async () => {
    await ada.press(".after a");
    await ada.go("/account/recovery-codes");
    equal(await ada.page.locator(".secrets code").count(), 0, "codes");
    contains(await ada.text("main"), "10 of 10 left");
  });
  await step("a password alone leads to the second step and no further", async () => {
    await ada.press(".top form button");
    await ada.signIn(name);
    equal(ada.path(), "/login/mfa");
    await ada.go("/account");
    equal(ada.path(), "/login");
  });
  await step("a recovery code lets in once", async () => {
    await ada.signIn(name);
    await ada.press("a[href*='recovery_code']");
    await ada.send({ code: codes[0].toUpperCase() }, SUBMIT);
    equal(ada.path(), "/account");
    await ada.go("/account/recovery-codes");
    contains(await ada.text("main"), "9 of 10 left");
  });
  await step("a trusted browser is not asked again", async () => {
    await ada.press(".top form button");
    await ada.signIn(name);
    await ada.press("a[href*='recovery_code']");
    await ada.page.check("[name=trust_device]");
    await ada.send({ code: codes[1] }, SUBMIT);
    await ada.press(".top form button");
    await ada.signIn(name);
    equal(ada.path(), "/account");
  });
  await step("turning it off asks for it, and comes back", async () => {
    await ada.go("/account/totp");
    await ada.press("form[action$='/remove'] button");
    equal(ada.path(), "/account/step-up");
    await ada.press("a[href*='recovery_code']");
    await ada.send({ code: codes[2] }, SUBMIT);
    equal(ada.path(), "/account/totp");
    await ada.press("form[action$='/remove'] button");
    contains(await ada.text("[role=status]"), "Done");
    await ada.press(".top form button");
    await ada.signIn(name);
    equal(ada.path(), "/account");
  });
  await step("nothing was against the content security policy", async () => {
    equal(ada.complaints.join("\n"), "", "console");
  });
  await ada.leave();
}

/** Every state of these pages against axe-core. */
export async function accessibleFactors(browser, base, report, { name, ...mode }) {
  const visitor = await Visitor.arrive(browser, base, { bypassCSP: true, ...mode });
  const look = (what) => report.step(`${what} is accessible (${name})`, () => check(visitor.page));
  const email = `mfa-look-${Date.now().toString(36)}@example.com`;
  await visitor.go("/signup");
  await visitor.send({ name: "Ada", email, password: PASSWORD }, SUBMIT);
  await visitor.send({ code: (await visitor.letter(email)).code }, SUBMIT);
  await visitor.go("/account/totp");
  await look("an app that is off");
  await visitor.go("/account/step-up");
  await look("a step-up by password");
  await visitor.go("/account/totp");
  await visitor.press(SUBMIT);
  await look("a picture with its secret");
  const secret = await visitor.text("code.secret");
  await visitor.send({ code: "none" }, SUBMIT);
  await look("a refused code");
  await visitor.send({ code: code(secret, Date.now()) }, SUBMIT);
  await look("fresh recovery codes");
  await visitor.go("/account/recovery-codes");
  await look("codes that are left");
  await visitor.go("/account/totp");
  await look("an app that is on");
  await visitor.go("/account/step-up?method=recovery_code");
  await look("a step-up by a recovery code");
  await visitor.press(".top form button");
  await visitor.signIn(email);
  await look("the second step");
  await visitor.send({ code: "none" }, SUBMIT);
  await look("a refused second step");
  await visitor.press("a[href*='recovery_code']");
  await look("the second step by a recovery code");
  await visitor.leave();
}
