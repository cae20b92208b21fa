// A person's whole journey.
import { contains, equal } from "./report.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

const SUBMIT = "main form button:not([type=button])";

export async function person(browser, base, report, scripts) {
  const how = scripts ? "" : " (no scripts)";
  const step = (name, run) => report.step(name + how, run);
  const name = `ui-${Date.now().toString(36)}@example.com`;
  const ada = await Visitor.arrive(browser, base, { scripts });

  await step("a person signs up", async () => {
    await ada.go("/signup");
    await ada.send({ name: "Ada Lovelace", email: name, password: "too short" }, SUBMIT);
    contains(await ada.text("[role=alert]"), "Please look at this again");
    equal(await ada.page.inputValue("#email"), name, "the address is kept");
    await ada.send({ password: PASSWORD }, SUBMIT);
    equal(ada.path(), "/verify");
  });
  await step("a mail scanner opens the link first, and it still works", async () => {
    const scanner = await Visitor.arrive(browser, base, { scripts });
    await scanner.go("/dev/inbox");
    await scanner.letter(name);
    await scanner.go("/dev/inbox");
    await scanner.press("nav.panel a");
    await scanner.press("main .actions form button");
    contains(await scanner.text("article [role=status]"), "still works");
    equal(scanner.complaints.join("\n"), "", "console");
    await scanner.leave();
  });
  await step("a wrong code is refused and the right one opens the account", async () => {
    const { code } = await ada.letter(name);
    await ada.send({ code: code === "111111" ? "222222" : "111111" }, SUBMIT);
    contains(await ada.text("[role=alert]"), "not right");
    await ada.send({ code }, SUBMIT);
    equal(ada.path(), "/account");
    contains(await ada.text("h1"), "Ada Lovelace");
  });
  await step("a person signs out", async () => {
    await ada.press(".top form button");
    contains(await ada.text("[role=status]"), "signed out");
    await ada.go("/account");
    equal(ada.path(), "/login");
  });
  await step("a wrong password is refused, the right one leads back", async () => {
    await ada.go("/login?return_to=%2Faccount%2Fsessions");
    await ada.send({ username: name, password: "not this password" }, SUBMIT);
    contains(await ada.text("[role=alert]"), "incorrect");
    equal(await ada.page.inputValue("#password"), "", "no secret comes back");
    if (scripts) {
      equal(await ada.page.evaluate(() => document.activeElement.getAttribute("role")), "alert", "focus");
      await ada.page.fill("#password", PASSWORD);
      await ada.page.click("button.peek");
      equal(await ada.page.getAttribute("#password", "type"), "text", "the password is shown");
    }
    await ada.send({ password: PASSWORD }, SUBMIT);
    equal(ada.path(), "/account/sessions");
  });
  await step("a person ends another session", async () => {
    const phone = await Visitor.arrive(browser, base, { scripts });
    await phone.signIn(name);
    equal(phone.path(), "/account");
    await ada.go("/account/sessions");
    equal(await ada.page.locator("main .cards > li").count(), 2, "sessions");
    await ada.press("main .cards form button");
    await phone.go("/account");
    equal(phone.path(), "/login", "the phone is out");
    await phone.leave();
  });
  await step("a person changes their name", async () => {
    await ada.go("/account");
    await ada.send({ name: "Countess" }, "[aria-labelledby=profile] button");
    contains(await ada.text("h1"), "Countess");
  });
  await step("the administration is closed to them", async () => {
    const reply = await ada.go("/admin/people");
    equal(reply.status(), 403, "status");
    contains(await ada.text("main"), "users:view");
  });
  await step("the language can be changed", async () => {
    await ada.go("/account");
    await ada.press(".foot a[hreflang=de]");
    equal(await ada.page.getAttribute("html", "lang"), "de", "language");
  });
  await step("nothing was against the content security policy", async () => {
    equal(ada.complaints.join("\n"), "", "console");
  });
  await ada.leave();
}
