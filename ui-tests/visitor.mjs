// Somebody with a browser of their own, whose console is watched.

const PASSWORD = "correct horse battery";

export class Visitor {
  constructor(page, base) {
    this.page = page;
    this.base = base;
    this.complaints = [];
    page.setDefaultTimeout(10_000);
    page.on("console", (line) => {
      if (/Content Security Policy/i.test(line.text())) this.complaints.push(line.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith("data:")) {
        this.complaints.push(`a request elsewhere: ${request.url()}`);
      }
    });
  }

  static async arrive(browser, base, { scripts = true, ...more } = {}) {
    const context = await browser.newContext({ javaScriptEnabled: scripts, ...more });
    return new Visitor(await context.newPage(), base);
  }

  go(path) {
    return this.page.goto(this.base + path);
  }

  path() {
    const url = new URL(this.page.url());
    return url.pathname;
  }

  text(selector) {
    return this.page.locator(selector).first().innerText();
  }

  /** Fills the fields and sends the form by its button. */
  async send(fields, button, within = "main") {
    for (const [name, value] of Object.entries(fields)) await this.page.fill(`${within} [name="${name}"]:visible`, value);
    await Promise.all([this.page.waitForNavigation(), this.page.click(button)]);
  }

  async press(button) {
    await Promise.all([this.page.waitForNavigation(), this.page.click(button)]);
  }

  /** Opens the first part of the page that is folded; the site's menu is none of it. */
  unfold() {
    return this.page.click("details:not(.menu *) > summary");
  }

  async signIn(name, password = PASSWORD) {
    await this.go("/login");
    await this.send({ username: name, password }, "main form button:not([type=button])");
  }

  /** The newest message to an address, from the development inbox. */
  async letter(to) {
    const query = new URLSearchParams({ to, wait: "10s" });
    const reply = await this.page.request.get(`${this.base}/dev/inbox.json?${query}`);
    const letter = (await reply.json()).data[0];
    if (!letter) throw new Error(`no message came to ${to}`);
    return letter;
  }

  leave() {
    return this.page.context().close();
  }
}

export { PASSWORD };
