// An administrator's day.
import { contains, equal } from "./report.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

const BOB = "bob@example.com";

export async function administrator(browser, base, report, scripts) {
  const how = scripts ? "" : " (no scripts)";
  const step = (name, run) => report.step(name + how, run);
  const admin = await Visitor.arrive(browser, base, { scripts });

  await step("an administrator signs in and finds a person", async () => {
    await admin.signIn("admin@example.com");
    equal(admin.path(), "/account");
    await admin.go("/admin");
    equal(admin.path(), "/admin/people");
    await admin.send({ q: BOB }, "main form[role=search] button");
    equal(await admin.page.locator("tbody tr").count(), 1, "rows");
    await admin.press("tbody a");
    contains(await admin.text("main"), BOB);
  });
  await step("a locked person cannot sign in, and is not told why", async () => {
    if (await admin.page.locator('form[action$="/unlock"]').count()) await admin.press('form[action$="/unlock"] button');
    await admin.send({ reason: "a test" }, 'form[action$="/lock"] button');
    contains(await admin.text(".head .tag"), "Locked");
    const bob = await Visitor.arrive(browser, base, { scripts });
    await bob.signIn(BOB);
    contains(await bob.text("[role=alert]"), "incorrect");
    await bob.leave();
  });
  await step("the person page says why they could not", async () => {
    await admin.page.reload();
    contains(await admin.text("[aria-labelledby=why]"), "locked");
  });
  await step("unlocked, the person signs in", async () => {
    await admin.press('form[action$="/unlock"] button');
    contains(await admin.text(".head .tag"), "Active");
    const bob = await Visitor.arrive(browser, base, { scripts });
    await bob.signIn(BOB, PASSWORD);
    equal(bob.path(), "/account");
    await bob.leave();
  });
  await step("the audit log tells it, and its chain is whole", async () => {
    await admin.go("/admin/audit");
    await admin.send({ type: "user.locked" }, "main form[role=search] button");
    contains(await admin.text("tbody"), "user.locked");
    await admin.go("/admin/audit");
    await admin.press(".head a.button");
    contains(await admin.text("[role=status]"), "is whole");
  });
  await step("roles and messages are shown", async () => {
    await admin.go("/admin/roles");
    contains(await admin.text("main"), "admin");
    await admin.go("/admin/messages");
    contains(await admin.text("main"), "verify");
  });
  await step("an administrator sees nothing against the content security policy", async () => {
    equal(admin.complaints.join("\n"), "", "console");
  });
  await admin.leave();
}
