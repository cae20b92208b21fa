// Every page against axe-core: light, dark, and on a narrow screen.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { accessibleFactors } from "./factors.mjs";
import { accessibleOwn } from "./own.mjs";
import { accessiblePasskeys } from "./passkeys.mjs";
import { accessibleProviders } from "./providers.mjs";
import { Visitor } from "./visitor.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const MODES = [
  { name: "light", colorScheme: "light", viewport: { width: 1200, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1200, height: 800 } },
  { name: "360 px", colorScheme: "light", viewport: { width: 360, height: 740 } },
];
const STRANGER = [
  "/login", "/login/link", "/login/code", "/login?notice=signed_out", "/signup", "/recover", "/recover/some-secret", "/verify/some-secret",
  "/setup", "/logout", "/kw-assets/none", "/dev/inbox", "/login?lang=de", "/login?lang=en",
];
const ADMIN = [
  "/account", "/account/password", "/account/sessions", "/admin/people", "/admin/people?q=nobody-at-all",
  "/admin/people/add", "/admin/invitations", "/admin/groups", "/admin/roles", "/admin/roles/admin", "/admin/matrix", "/admin/matrix?also=posts:edit",
  "/admin/who?permission=users:view", "/admin/check", "/admin/check?subject=ada@example.com&permission=users:view",
  "/admin/check?subject=nobody@example.com&permission=users:view&resource=x", "/admin/audit", "/admin/audit/chain", "/admin/messages", "/admin/policy", "/admin/acl", "/admin/relations",
];

export async function accessible(browser, base, report) {
  for (const { name, ...mode } of MODES) {
    // The policy keeps our own checker out too, so it is set aside here alone.
    const visitor = await Visitor.arrive(browser, base, { bypassCSP: true, ...mode });
    const look = (what) => report.step(`${what} is accessible (${name})`, () => check(visitor.page));
    for (const path of STRANGER) {
      await visitor.go(path);
      await look(path);
    }
    await visitor.signIn("admin@example.com", "not this password");
    await look("a refused sign-in");
    await visitor.go("/signup");
    await visitor.send({ email: "a@example.com", password: "short" }, "main form button:not([type=button])");
    await look("a refused sign-up");
    await visitor.signIn("admin@example.com");
    for (const path of ADMIN) {
      await visitor.go(path);
      await look(path);
    }
    await visitor.go("/account/api-keys");
    await visitor.send({ name: `deploy ${name}`, permissions: "posts:*" }, "[aria-labelledby=add] button");
    await look("an API key that was made");
    await visitor.go("/account/api-keys");
    await look("a list of API keys");
    await visitor.go("/admin/roles");
    const role = `look-${Date.now().toString(36)}`;
    await visitor.send({ name: role }, "[aria-labelledby=add] button");
    await visitor.go(`/admin/matrix?role=${role}&also=posts:edit&q=posts:edit`);
    await visitor.page.getByLabel(`posts:edit, ${role}`).selectOption("allow");
    await look("a changed matrix");
    await visitor.press(".dock button");
    await look("a review");
    await visitor.press("main form button");
    await visitor.go(`/admin/roles/${role}`);
    await look("a role with a rule");
    await visitor.go("/admin/groups");
    await visitor.send({ name: role }, "[aria-labelledby=add] button");
    await visitor.send({ person: "ada@example.com", expires_at: "2999-01-01" }, "[aria-labelledby=join] button");
    await look("a group");
    await visitor.unfold();
    await visitor.press('form[action$="/remove"] button');
    await visitor.go(`/admin/roles/${role}`);
    await visitor.press('form[action$="/rule"] button');
    await visitor.unfold();
    await visitor.press('form[action$="/remove"] button');
    await visitor.go("/admin/acl");
    await visitor.send({ name: role, entries: "alow staff posts:view" }, "[aria-labelledby=add] button");
    await look("a list with mistakes");
    await visitor.send({ name: role, entries: "allow staff posts:view\ndeny @everyone *" }, "[aria-labelledby=add] button");
    await look("a list");
    await visitor.unfold();
    await visitor.press('form[action$="/remove"] button');
    await visitor.go("/admin/relations");
    await visitor.send({ object: "docs:1", relation: "viewer", subject: "nobody" }, "[aria-labelledby=add] button", "[aria-labelledby=add]");
    await look("a relation that is none");
    await visitor.go("/admin/policy");
    await visitor.send({ text: "[permissions]\nnot a policy" }, 'form[action$="/check"] button');
    await look("a policy with mistakes");
    await visitor.go("/admin/people?q=ada%40");
    await visitor.press("tbody a");
    await look("a person");
    await visitor.leave();
    await accessibleFactors(browser, base, report, { name, ...mode });
    await accessibleOwn(browser, base, report, { name, ...mode });
    await accessiblePasskeys(browser, base, report, { name, ...mode });
    await accessibleProviders(browser, base, report, { name, ...mode });
  }
}

export async function check(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((tags) => axe.run(document, { runOnly: tags, iframes: false }), TAGS);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const faults = found.violations.map((v) => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
  if (wide > 0) faults.push(`the page is ${wide} px wider than the screen`);
  if (faults.length) throw new Error(faults.join("\n"));
}
