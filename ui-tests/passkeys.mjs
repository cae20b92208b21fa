// Passkeys in a real browser, with the authenticator that Chromium has for tests: added,
// used by the button, by the field and as the second step, named, removed.
import { check } from "./accessible.mjs";
import { code } from "./factors.mjs";
import { contains, equal } from "./report.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

const SUBMIT = "main form button:not([type=button])";
const PASSKEY = "form[data-passkey] button";

/** A platform authenticator that belongs to one page, and asks nobody while `present`. */
class Device {
  static async of(visitor, more = {}) {
    const cdp = await visitor.page.context().newCDPSession(visitor.page);
    await cdp.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true, ...more,
    };
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
    return Object.assign(new Device(), { cdp, authenticatorId });
  }

  send(method, more = {}) {
    return this.cdp.send(`WebAuthn.${method}`, { authenticatorId: this.authenticatorId, ...more });
  }

  present(enabled) {
    return this.send("setAutomaticPresenceSimulation", { enabled });
  }

  verified(isUserVerified) {
    return this.send("setUserVerified", { isUserVerified });
  }

  async credentials() {
    return (await this.send("getCredentials")).credentials;
  }
}

/** Somebody new, signed in. */
async function member(browser, base, mode) {
  const email = `key-${Date.now().toString(36)}@example.com`;
  const ada = await Visitor.arrive(browser, base, mode);
  await ada.go("/signup");
  await ada.send({ name: "Ada", email, password: PASSWORD }, SUBMIT);
  await ada.send({ code: (await ada.letter(email)).code }, SUBMIT);
  return { ada, email };
}

const leave = (visitor) => visitor.press(".top form button");

export async function passkeys(browser, base, report) {
  const { ada, email } = await member(browser, base);
  const device = await Device.of(ada);
  const lands = (path) => ada.page.waitForURL((url) => url.pathname === path);
  const told = () => ada.page.locator("[data-told]:visible").innerText();
  // The authenticator answers the field at once, so the button is pressed where a
  // browser does not offer passkeys in fields.
  const inFields = (on) => ada.page.evaluate((on) => localStorage.setItem("in-fields", on), on);
  await ada.page.addInitScript(() => {
    if (localStorage.getItem("in-fields") === "false") {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false;
    }
  });

  await report.step("a person adds a passkey", async () => {
    await ada.go("/account/passkeys");
    contains(await ada.text(".empty"), "no passkeys yet");
    await ada.send({ name: "My laptop" }, PASSKEY);
    contains(await ada.text("[role=status]"), "Saved");
    equal(await ada.text(".cards h2"), "My laptop");
    const [made] = await device.credentials();
    equal(made.isResidentCredential, true, "it is found without a name");
  });
  await report.step("one device has one passkey for an account", async () => {
    await ada.page.click(PASSKEY);
    contains(await told(), "already");
    equal(await ada.page.evaluate(() => document.activeElement.hasAttribute("data-told")), true, "focus");
    equal((await device.credentials()).length, 1, "passkeys");
  });
  await report.step("a person signs in by the field of the name, with no name", async () => {
    await leave(ada);
    await lands("/account");
    contains(await ada.text("h1"), "Ada");
  });
  await report.step("a person signs in by the button, and comes to where they wanted", async () => {
    await inFields(false);
    await leave(ada);
    await ada.go("/login?return_to=%2Faccount%2Fsessions");
    await ada.press(PASSKEY);
    equal(ada.path(), "/account/sessions");
  });
  await report.step("somebody who is not verified is told so, and nothing is open", async () => {
    await leave(ada);
    await device.verified(false);
    await ada.page.click(PASSKEY);
    contains(await told(), "not used");
    equal(ada.path(), "/login");
    await device.verified(true);
  });
  await report.step("a passkey is the second step after a password", async () => {
    await ada.signIn(email);
    await ada.go("/account/totp");
    await ada.press(SUBMIT);
    const secret = await ada.text("code.secret");
    await ada.send({ code: code(secret, Date.now()) }, SUBMIT);
    await ada.page.context().clearCookies();
    await ada.signIn(email);
    equal(ada.path(), "/login/mfa");
    await ada.press(PASSKEY);
    equal(ada.path(), "/account");
  });
  await report.step("a passkey is given another name", async () => {
    await ada.go("/account/passkeys");
    await ada.page.fill(".cards input[name=name]", "Work laptop");
    await ada.press(".cards form.inline button");
    equal(await ada.text(".cards h2"), "Work laptop");
    contains(await ada.text(".cards"), "Last used");
  });
  await report.step("a passkey is removed, and signs nobody in any more", async () => {
    await ada.unfold();
    await ada.press("details button");
    contains(await ada.text("[role=status]"), "Done");
    equal(await ada.page.locator(".cards li").count(), 0, "passkeys");
    await leave(ada);
    await ada.press(PASSKEY);
    contains(await ada.text("[role=alert]"), "not known here");
  });
  await report.step("nothing was against the content security policy", async () => {
    equal(ada.complaints.join("\n"), "", "console");
  });
  await ada.leave();
  await without(browser, base, report);
}

/** Where passkeys cannot be had, the pages say so. */
async function without(browser, base, report) {
  await report.step("without a script the pages say why there is no passkey", async () => {
    const { ada } = await member(browser, base, { scripts: false });
    await ada.go("/account/passkeys");
    equal(await ada.page.locator(PASSKEY).isVisible(), false, "the button");
    contains(await ada.text("main"), "Passkeys need JavaScript");
    await ada.leave();
  });
  await report.step("a browser without passkeys is told so", async () => {
    const { ada } = await member(browser, base);
    await ada.page.addInitScript(() => { delete window.PublicKeyCredential; });
    for (const path of ["/account/passkeys", "/login"]) {
      if (path === "/login") await leave(ada);
      await ada.go(path);
      equal(await ada.page.locator(PASSKEY).isVisible(), false, "the button");
      contains(await ada.text("main"), "This browser cannot use passkeys");
    }
    await ada.leave();
  });
}

/** Every state of these pages against axe-core. */
export async function accessiblePasskeys(browser, base, report, { name, ...mode }) {
  const look = (what) => report.step(`${what} is accessible (${name})`, () => check(ada.page));
  const { ada, email } = await member(browser, base, { bypassCSP: true, ...mode });
  const device = await Device.of(ada);
  await ada.go("/account/passkeys");
  await look("a list without passkeys");
  await ada.send({ name: "My laptop" }, PASSKEY);
  await look("a list of passkeys");
  await ada.unfold();
  await look("a passkey that may be removed");
  await ada.page.click(PASSKEY);
  await ada.page.locator("[data-told]:visible").waitFor();
  await look("a passkey that is known");
  await ada.go("/account/step-up?method=passkey");
  await look("a step-up by passkey");
  await device.present(false);
  await ada.go("/account/totp");
  await ada.press(SUBMIT);
  await ada.send({ code: code(await ada.text("code.secret"), Date.now()) }, SUBMIT);
  await leave(ada);
  await look("a sign-in with a passkey");
  await ada.signIn(email);
  await look("a second step by passkey");
  await ada.leave();
  const plain = await member(browser, base, { bypassCSP: true, scripts: true, ...mode });
  await plain.ada.page.addInitScript(() => { delete window.PublicKeyCredential; });
  await plain.ada.go("/account/passkeys");
  await report.step(`a page that cannot have passkeys is accessible (${name})`, () => check(plain.ada.page));
  await plain.ada.leave();
}
