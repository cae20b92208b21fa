// Forms that ask whether a person asks: by a computation, by digits, by a service. Needs
// servers whose doors always ask (KEYWARD_CAPTCHAS_URL, KEYWARD_SERVICE_URL) and a port at
// which this file plays the service (KEYWARD_SERVICE_PORT).
import { createServer } from "node:http";
import { MODES, check } from "./accessible.mjs";
import { Visitor } from "./visitor.mjs";

const FORMS = ["/login", "/signup", "/recover", "/login/link", "/login/code"];
const BUTTON = "main form button:not([type=button])";
const PASSWORD = "correct horse battery";

export async function captchas(browser, report) {
  const { KEYWARD_CAPTCHAS_URL: own, KEYWARD_SERVICE_URL: service, KEYWARD_SERVICE_PORT: port } = process.env;
  if (own) {
    await computed(browser, own, report);
    await read(browser, own, report);
    await accessibleOwn(browser, own, report);
  }
  if (service && port) await ofAService(browser, service, port, report);
}

async function ends(visitor, report, what) {
  if (visitor.complaints.length) report.fail(`nothing complains, ${what}`, new Error(visitor.complaints.join("\n")));
  await visitor.leave();
}

/** The browser computes while the form is filled in; the person notices nothing. */
async function computed(browser, base, report) {
  const visitor = await Visitor.arrive(browser, base);
  await report.step("a computed captcha lets somebody in", async () => {
    await visitor.go("/login");
    await visitor.page.getByText("Checked: a person asks.").waitFor();
    await visitor.signIn("ada@example.com");
    if (visitor.path() !== "/account") throw new Error(`still at ${visitor.path()}`);
  });
  await ends(visitor, report, "where a captcha is computed");
}

/** Without a script, a link leads to digits, and they stay. */
async function read(browser, base, report) {
  const visitor = await Visitor.arrive(browser, base, { scripts: false });
  await report.step("without scripts, digits are offered and kept", async () => {
    await visitor.go("/login");
    await visitor.press("[data-captcha-other] a");
    const image = visitor.page.locator(".captcha img");
    const drawn = await image.evaluate((img) => img.complete && img.naturalWidth > 100).catch(() => true);
    if (!drawn) throw new Error("no picture");
    if ((await visitor.page.locator(".captcha audio").count()) !== 1) throw new Error("no recording");
    await visitor.send({ username: "ada@example.com", password: PASSWORD, captcha: "000000" }, BUTTON);
    if (!/did not show that you are a person/.test(await visitor.text("[role=alert]"))) throw new Error(await visitor.text("main"));
    if ((await visitor.page.locator(".captcha img").count()) !== 1) throw new Error("digits again");
  });
  await ends(visitor, report, "where digits are read");
}

async function accessibleOwn(browser, base, report) {
  for (const { name, ...mode } of MODES) {
    const visitor = await Visitor.arrive(browser, base, { bypassCSP: true, ...mode });
    for (const path of FORMS) {
      for (const more of ["", "?captcha=digits"]) {
        await visitor.go(path + more);
        await report.step(`${path}${more} with a captcha is accessible (${name})`, () => check(visitor.page));
      }
    }
    await visitor.go("/login?captcha=digits");
    await visitor.send({ username: "ada@example.com", password: PASSWORD, captcha: "000000" }, BUTTON);
    await report.step(`digits that were wrong are accessible (${name})`, () => check(visitor.page));
    await visitor.leave();
  }
}

/** What the vendor's script does, as far as a form of ours sees it. */
const SCRIPT = `window.turnstile = { render(box, options) {
  const frame = document.createElement("div");
  frame.innerHTML = '<label><input type="checkbox" autocomplete="off"> A person asks</label><input type="hidden" name="cf-turnstile-response" value="theirs">';
  frame.querySelector("[type=checkbox]").addEventListener("change", () => options.callback("made for " + options.action + " by " + options.sitekey));
  box.append(frame);
} };
kwCaptcha();`;

async function ofAService(browser, base, port, report) {
  const asked = [];
  const played = createServer((request, reply) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const response = new URLSearchParams(body).get("response") ?? "";
      asked.push(response);
      const action = /^made for (\w+) by site-key$/.exec(response)?.[1];
      reply.end(JSON.stringify({ success: Boolean(action), hostname: "localhost", action, "error-codes": [] }));
    });
  });
  await new Promise((go) => played.listen(Number(port), "127.0.0.1", go));
  const arrive = async (more = {}) => {
    const visitor = await Visitor.arrive(browser, base, more);
    visitor.page.removeAllListeners("request");
    await visitor.page.route("https://challenges.cloudflare.com/**", (route) => route.fulfill({ contentType: "text/javascript", body: SCRIPT }));
    return visitor;
  };
  try {
    const visitor = await arrive();
    await report.step("a service's captcha that is not answered sends nothing", async () => {
      await visitor.go("/login");
      await visitor.page.fill("[name=username]", "ada@example.com");
      await visitor.page.fill("[name=password]", PASSWORD);
      await visitor.page.click(BUTTON);
      if (!/answer what is asked|do what is asked/i.test(await visitor.text(".captcha [role=status]"))) throw new Error(await visitor.text(".captcha"));
      if (asked.length) throw new Error("it was asked");
    });
    await report.step("a service's captcha lets somebody in", async () => {
      await visitor.page.check(".captcha [type=checkbox]");
      await visitor.press(BUTTON);
      if (visitor.path() !== "/account") throw new Error(`still at ${visitor.path()}: ${await visitor.text("main")}`);
      if (asked.join() !== "made for sign_in by site-key") throw new Error(asked.join());
    });
    await ends(visitor, report, "where a service asks");
    const bare = await arrive({ scripts: false });
    await report.step("without scripts, the form says what it needs", async () => {
      await bare.go("/login");
      if (!/needs a script/.test(await bare.text("main"))) throw new Error(await bare.text("main"));
    });
    await ends(bare, report, "where a service's script does not run");
    for (const { name, ...mode } of MODES) {
      const looker = await arrive({ bypassCSP: true, ...mode });
      for (const path of FORMS) {
        await looker.go(path);
        await report.step(`${path} with a service's captcha is accessible (${name})`, () => check(looker.page));
      }
      await looker.leave();
    }
  } finally {
    played.close();
  }
}
