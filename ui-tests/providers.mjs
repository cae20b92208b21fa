// Other services: the buttons, the way there, the way back, the connected ones.
// The service is a stub in the browser: nothing leaves this machine. Needs a server
// that knows one (see docs/pages.md); without it there is nothing to look at.
import { check } from "./accessible.mjs";
import { Visitor } from "./visitor.mjs";

const SERVICE = "https://github.com/";

/** Whether the server knows a service. */
async function known(visitor) {
  const reply = await visitor.page.request.get(`${visitor.base}/api/v1/providers`);
  return (await reply.json()).data.some((provider) => provider.name === "github");
}

/** Somebody whose browser finds a stub at the service. */
async function arrive(browser, base, more = {}) {
  const visitor = await Visitor.arrive(browser, base, more);
  visitor.page.removeAllListeners("request");
  const stub = { contentType: "text/html", body: "<title>Service</title><h1>Service</h1>" };
  await visitor.page.route(`${SERVICE}**`, (route) => route.fulfill(stub));
  return visitor;
}

export async function providers(browser, base, report, scripts) {
  const visitor = await arrive(browser, base, { scripts });
  const how = scripts ? "with scripts" : "without scripts";
  if (!(await known(visitor))) return visitor.leave();
  await report.step(`a button leads to the service, ${how}`, async () => {
    await visitor.go("/login?return_to=%2Faccount");
    await visitor.page.click('form[action$="/login/with/github"] button');
    await visitor.page.waitForURL(`${SERVICE}**`);
    const url = new URL(visitor.page.url());
    const back = url.searchParams.get("redirect_uri");
    if (back !== `${base}/login/with/github/callback`) throw new Error(`back to ${back}`);
    const names = ["client_id", "state", "code_challenge"];
    for (const name of names) if (!url.searchParams.get(name)) throw new Error(`no ${name}`);
  });
  await report.step(`whoever says no there is told so here, ${how}`, async () => {
    const state = new URL(visitor.page.url()).searchParams.get("state");
    await visitor.go(`/login/with/github/callback?error=access_denied&state=${state}`);
    if (!/not allowed there/.test(await visitor.text("main"))) throw new Error(await visitor.text("main"));
  });
  await report.step(`somebody else's way back opens nothing, ${how}`, async () => {
    await visitor.go("/login/with/github/callback?code=x&state=y");
    if (!/not begun in this browser/.test(await visitor.text("main"))) throw new Error(await visitor.text("main"));
  });
  await report.step(`the account leads to the service as well, ${how}`, async () => {
    await visitor.signIn("ada@example.com");
    await visitor.go("/account/connections");
    await visitor.page.click("[aria-labelledby=add] button");
    await visitor.page.waitForURL(`${SERVICE}**`);
  });
  if (visitor.complaints.length) report.fail(`nothing complains, ${how}`, new Error(visitor.complaints.join("\n")));
  await visitor.leave();
}

export async function accessibleProviders(browser, base, report, { name, ...mode }) {
  const visitor = await arrive(browser, base, { bypassCSP: true, ...mode });
  if (!(await known(visitor))) return visitor.leave();
  const look = (what) => report.step(`${what} is accessible (${name})`, () => check(visitor.page));
  for (const path of ["/login", "/signup", "/login/with/github/callback?state=x"]) {
    await visitor.go(path);
    await look(`${path} with a service`);
  }
  // The page in between leads on at once: it is looked at as it came.
  const form = { form: {}, headers: { "sec-fetch-site": "same-origin" } };
  const away = await visitor.page.request.post(`${base}/login/with/github`, form);
  const html = (await away.text()).replace(/<meta http-equiv="refresh"[^>]*>/, "");
  await visitor.page.route("**/looked-at", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await visitor.go("/looked-at");
  await look("the page on the way to a service");
  await visitor.signIn("ada@example.com");
  await visitor.go("/account/connections");
  await look("/account/connections");
  await visitor.leave();
}
