// What people do with their own account as a whole, and administrators in it.
import { check } from "./accessible.mjs";
import { contains, equal } from "./report.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

const SUBMIT = "main form button:not([type=button])";

async function arrive(browser, base, email, more) {
  const ada = await Visitor.arrive(browser, base, more);
  await ada.go("/signup");
  await ada.send({ name: "Ada", email, password: PASSWORD }, SUBMIT);
  await ada.send({ code: (await ada.letter(email)).code }, SUBMIT);
  return ada;
}

/** The path of the link in the newest letter to an address. */
async function link(visitor, to) {
  return new URL((await visitor.letter(to)).link).pathname;
}

export async function own(browser, base, report, scripts) {
  const how = scripts ? "" : " (no scripts)";
  const step = (name, run) => report.step(name + how, run);
  const stamp = Date.now().toString(36);
  const [old, fresh] = [`own-${stamp}@example.com`, `own-new-${stamp}@example.com`];
  const ada = await arrive(browser, base, old, { scripts });

  await step("a person changes their address, and the old one can take it back", async () => {
    await ada.go("/account/email");
    await ada.send({ to: fresh }, SUBMIT);
    equal(ada.path(), "/account/address");
    await ada.send({ code: (await ada.letter(fresh)).code }, SUBMIT);
    contains(await ada.text("dl"), fresh);
    const stranger = await Visitor.arrive(browser, base, { scripts });
    await stranger.go(await link(stranger, old));
    await stranger.press(SUBMIT);
    contains(await stranger.text("[role=status]"), "as it was before");
    await stranger.leave();
    await ada.go("/account");
    equal(ada.path(), "/login", "everybody is signed out");
  });
  await step("a person deletes their account and has it back", async () => {
    const email = `own-del-${stamp}-${scripts}@example.com`;
    const bob = await arrive(browser, base, email, { scripts });
    await bob.go("/account/data");
    await bob.send({ confirm: "no" }, "[aria-labelledby=delete] button");
    contains(await bob.text("main"), "not the same");
    await bob.send({ confirm: email }, "[aria-labelledby=delete] button");
    contains(await bob.text("[role=status]"), "deleted");
    await bob.go(await link(bob, email));
    await bob.press(SUBMIT);
    contains(await bob.text("[role=status]"), "is back");
    await bob.signIn(email);
    await bob.go("/account/activity");
    contains(await bob.text(".timeline"), "Account restored");
    equal(bob.complaints.join("\n"), "", "console");
    await bob.leave();
  });
  await step("an administrator acts as somebody else, in the open", async () => {
    const admin = await Visitor.arrive(browser, base, { scripts });
    await admin.signIn("admin@example.com");
    await admin.go("/admin/people?q=ada%40");
    await admin.press("tbody a");
    await admin.page.fill("[aria-labelledby=act-as] [name=reason]", "ticket 7");
    await admin.press("[aria-labelledby=act-as] button");
    contains(await admin.text("aside.acting"), "ada@example.com");
    await admin.go("/account/sessions");
    await admin.press("aside.acting button");
    contains(admin.path(), "/admin/people/");
    equal(await admin.page.locator("aside.acting").count(), 0, "banners");
    equal(admin.complaints.join("\n"), "", "console");
    await admin.leave();
  });
  await step("nothing was against the content security policy", async () => {
    equal(ada.complaints.join("\n"), "", "console");
  });
  await ada.leave();
}

/** Every state of these pages against axe-core. */
export async function accessibleOwn(browser, base, report, { name, ...mode }) {
  const email = `own-look-${Date.now().toString(36)}@example.com`;
  const visitor = await arrive(browser, base, email, { bypassCSP: true, ...mode });
  const look = (what) => report.step(`${what} is accessible (${name})`, () => check(visitor.page));
  for (const path of [
    "/account/email", "/account/phone", "/account/username", "/account/activity", "/account/data",
    "/account/address/some-secret", "/undo/some-secret", "/restore/some-secret",
  ]) {
    await visitor.go(path);
    await look(path);
  }
  await visitor.go("/account/phone");
  await visitor.send({ to: "not a number" }, SUBMIT);
  await look("a refused number");
  await visitor.go("/account/email");
  await visitor.send({ to: `new-${email}` }, SUBMIT);
  await look("a code for a new address");
  await visitor.send({ code: (await visitor.letter(`new-${email}`)).code }, SUBMIT);
  await visitor.go(await link(visitor, email));
  await look("taking a change back");
  await visitor.go("/account/data");
  await visitor.send({ confirm: `new-${email}` }, "[aria-labelledby=delete] button");
  await look("a deleted account");
  await visitor.go(await link(visitor, `new-${email}`));
  await look("having an account back");
  await visitor.press(SUBMIT);
  await look("an account that is back");
  await visitor.signIn("admin@example.com");
  await visitor.go("/admin/people?q=ada%40");
  await visitor.press("tbody a");
  await visitor.page.fill("[aria-labelledby=act-as] [name=reason]", "ticket 7");
  await visitor.press("[aria-labelledby=act-as] button");
  await look("an account with a banner");
  await visitor.press("aside.acting button");
  await visitor.leave();
}
