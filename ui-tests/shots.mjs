// Pictures of every page, for looking at: node shots.mjs FOLDER
import { mkdirSync } from "node:fs";
import { open } from "./browser.mjs";

const base = process.env.KEYWARD_URL ?? "http://localhost:8080";
const folder = process.argv[2] ?? "shots";
const password = "correct horse battery";
const modes = [
  { name: "light", colorScheme: "light", viewport: { width: 1200, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1200, height: 800 } },
  { name: "phone", colorScheme: "light", viewport: { width: 360, height: 740 } },
];
const stranger = ["/login", "/login/link", "/login/code", "/signup", "/recover", "/setup", "/verify/x", "/nothing", "/dev/inbox"];
const inside = [
  "/account", "/account/password", "/account/api-keys", "/account/sessions", "/admin/people", "/admin/people/add",
  "/admin/groups", "/admin/roles", "/admin/roles/admin", "/admin/matrix", "/admin/who?permission=posts:edit",
  "/admin/check?subject=ada@example.com&permission=posts:edit", "/admin/audit/chain", "/admin/messages", "/admin/policy", "/admin/acl", "/admin/relations",
  "/account/totp", "/account/recovery-codes", "/account/step-up",
];

mkdirSync(folder, { recursive: true });
const { browser, close } = await open();
for (const mode of modes) {
  const page = await (await browser.newContext(mode)).newPage();
  const shoot = async (name) =>
    page.screenshot({ path: `${folder}/${name.replaceAll("/", "_")}.${mode.name}.png`, fullPage: true });
  for (const path of stranger) {
    await page.goto(base + path);
    await shoot(path);
  }
  await page.goto(`${base}/login`);
  await page.fill("#username", "admin@example.com");
  await page.fill("#password", "wrong password");
  await page.click("main form button.wide");
  await shoot("/login-wrong");
  await page.fill("#password", password);
  await page.click("main form button.wide");
  await page.waitForURL("**/account");
  for (const path of inside) {
    await page.goto(base + path);
    await shoot(path);
  }
  await page.goto(`${base}/admin/people?q=ada`);
  await page.click("tbody a");
  await shoot("/admin/person");
}
await close();
