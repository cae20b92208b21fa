// An administrator's day.
import { contains, equal } from "./report.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

const BOB = "bob@example.com";

/** Makes a role with one rule, and gives it to Bob. */
async function define(admin, role) {
  await admin.go("/admin/roles");
  await admin.send({ name: role, description: "for a test" }, "[aria-labelledby=add] button");
  await admin.send({ permission: "posts:*" }, "[aria-labelledby=rules] form.inline button");
  contains(await admin.text("[aria-labelledby=rules]"), "posts:*");
  await admin.go(`/admin/people?q=${encodeURIComponent(BOB)}`);
  await admin.press("tbody a");
  equal(await admin.page.inputValue('form[action$="/grant"] select'), "", "the role before one is chosen");
  await admin.page.selectOption('form[action$="/grant"] select', role);
  await admin.press('form[action$="/grant"] button');
}

/** The verdict on whether Bob may do this. */
async function verdict(admin, permission) {
  await admin.go("/admin/check");
  await admin.send({ subject: BOB, permission }, "form.question button");
  return admin.text("#verdict");
}

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
    contains(await admin.text("tbody td[data-label=By]"), "Admin");
    await admin.go("/admin/audit");
    await admin.press(".head a.button");
    contains(await admin.text("[role=status]"), "is whole");
  });
  const role = `editor-${Date.now().toString(36)}`;
  await step("a role is made, filled and given", () => define(admin, role));
  await step("a permission gets a row, is denied, reviewed and saved", async () => {
    equal(await verdict(admin, "posts:publish"), "Allowed");
    await admin.go(`/admin/matrix?role=${role}&q=posts:publish&also=posts:publish`);
    const cell = admin.page.getByLabel(`posts:publish, ${role}`);
    await cell.selectOption("deny");
    await admin.press(".dock button");
    contains(await admin.text(".lead"), "concerns one person");
    contains(await admin.text("[aria-labelledby=effect]"), "posts:publish");
    await admin.press("main form button");
    contains(await admin.text("[role=status]"), "Saved");
    equal(await verdict(admin, "posts:publish"), "Not allowed");
    contains(await admin.text(".fixes"), role);
  });
  if (scripts) await step("the matrix is worked by keyboard alone", () => byKeyboard(admin, role));
  await step("who has a permission is told", async () => {
    await admin.go("/admin/who?permission=posts:edit");
    contains(await admin.text("[aria-labelledby=people]"), `roles.${role}.allow[0]`);
  });
  await step("a group is made, and Bob is in it for a time", async () => {
    const group = role.replace("editor", "group");
    await admin.go("/admin/groups");
    await admin.send({ name: group }, "[aria-labelledby=add] button");
    await admin.page.selectOption('form[action$="/roles"] select', role);
    await admin.press('form[action$="/roles"]:has(select) button');
    contains(await admin.text("[aria-labelledby=roles] .chips"), role);
    await admin.send({ person: BOB, expires_at: "2999-01-01" }, "[aria-labelledby=join] button");
    contains(await admin.text("[aria-labelledby=members]"), "Bob");
    await admin.press('form[action$="/leave"] button');
    contains(await admin.text("[aria-labelledby=members]"), "Nobody");
    await admin.unfold();
    await admin.press('form[action$="/remove"] button');
    equal(admin.path(), "/admin/groups");
  });
  await step("two roles are kept apart, and no longer", async () => {
    await admin.go("/admin/groups");
    await admin.page.selectOption("[name=first]", role);
    await admin.page.selectOption("[name=second]", "admin");
    await admin.send({ set: role }, 'form[action$="/exclusive"] button');
    contains(await admin.text("[aria-labelledby=roles] .chips"), role);
    await admin.unfold();
    await admin.press('form[action$="/remove"] button');
    equal(admin.path(), "/admin/groups");
  });
  await step("a list is made, turned round and removed", async () => {
    await admin.go("/admin/acl");
    await admin.send({ name: role, entries: "allow staff posts:view\ndeny @everyone *" }, "[aria-labelledby=add] button");
    await admin.send({ entries: "deny @everyone *\nallow staff posts:view" }, "[aria-labelledby=edit] button");
    contains(await admin.text("ol li:first-child"), "deny @everyone *");
    await admin.unfold();
    await admin.press('form[action$="/remove"] button');
    equal(admin.path(), "/admin/acl");
  });
  await step("Bob is given a permission directly", async () => {
    await admin.go(`/admin/people?q=${encodeURIComponent(BOB)}`);
    await admin.press("tbody a");
    await admin.send({ permission: "posts:publish", expires_at: "2999-01-01" }, 'form[action$="/permit"] button');
    contains(await admin.text("[aria-labelledby=direct]"), "posts:publish");
    await admin.press('form[action$="/unpermit"] button');
  });
  await step("a role is removed", async () => {
    await admin.go(`/admin/roles/${role}`);
    await admin.unfold();
    await admin.press('form[action$="/remove"] button');
    equal(admin.path(), "/admin/roles");
  });
  await step("roles and messages are shown", async () => {
    await admin.go("/admin/roles");
    contains(await admin.text("main"), "admin");
    await admin.go("/admin/messages");
    contains(await admin.text("main"), "Confirm your address");
  });
  await step("an administrator sees nothing against the content security policy", async () => {
    equal(admin.complaints.join("\n"), "", "console");
  });
  await admin.leave();
}

/** One stop of the Tab key; arrows move, letters choose. */
async function byKeyboard(admin, role) {
  await admin.go(`/admin/matrix?role=${role}&q=posts`);
  equal(await admin.page.getAttribute("table.matrix", "role"), "grid");
  const stops = () => admin.page.locator('table.matrix [tabindex="0"]').count();
  equal(await stops(), 1, "stops");
  const rows = await admin.page.locator("table.matrix tbody tr").count();
  const cells = admin.page.locator("table.matrix select");
  await cells.first().focus();
  await admin.page.keyboard.press("ArrowDown");
  equal(await admin.page.evaluate(() => document.activeElement.name), await cells.nth(1).getAttribute("name"), "one down");
  await admin.page.keyboard.press("Control+ArrowUp");
  contains(await admin.page.evaluate(() => document.activeElement.textContent), role);
  await admin.page.keyboard.press("Control+ArrowDown");
  equal(await admin.page.evaluate(() => document.activeElement.name), await cells.nth(rows - 1).getAttribute("name"), "the last");
  const was = await cells.nth(rows - 1).inputValue();
  await admin.page.keyboard.press(was === "deny" ? "a" : "d");
  equal(await cells.nth(rows - 1).inputValue(), was === "deny" ? "allow" : "deny");
  contains(await admin.text("[data-count]"), "1");
  await admin.page.keyboard.press("Backspace");
  equal(await cells.nth(rows - 1).inputValue(), "", "cleared");
  equal(await stops(), 1, "stops after moving");
}
