// Sees what a browser does that no page of ours makes it do: dialogs, what the content
// security policy stopped, errors, new windows, and requests to hosts that are not ours.

export class Witness {
  seen = [];

  /** Watches every page of a context, from before its first script. */
  static async of(context, base) {
    const witness = new Witness();
    const own = new URL(base).origin;
    await context.addInitScript(() => {
      const told = (event) =>
        console.error(`Content Security Policy: ${event.effectiveDirective} stopped ${event.blockedURI} in ${event.documentURI}`);
      addEventListener("securitypolicyviolation", told, true);
    });
    const see = (what) => witness.seen.push(what);
    context.on("dialog", (dialog) => {
      see(`a dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    context.on("console", (line) => {
      if (/Content Security Policy/i.test(line.text())) see(line.text());
    });
    context.on("weberror", (error) => see(`an error: ${error.error()}`));
    context.on("request", (request) => {
      if (!isOurs(request.url(), own)) see(`a request elsewhere: ${request.url()}`);
    });
    context.on("page", (page) => page.opener().then((opener) => opener && see(`a new window: ${page.url()}`), () => {}));
    return witness;
  }

  /** What was seen since it was last asked. */
  take() {
    return this.seen.splice(0);
  }

  /** Fails with what was seen, and where. */
  none(where) {
    const seen = this.take();
    if (seen.length) throw new Error(`${where}: ${[...new Set(seen)].join("\n")}`);
  }
}

/** Whether an address is of our own, or of nobody's. */
export function isOurs(url, own) {
  const { protocol, origin } = new URL(url);
  return origin === own || protocol === "data:" || url === "about:blank";
}

/** Whatever stands in a page and in none of ours: elements, handlers, styles, addresses. */
export function strange(page) {
  return page.evaluate(() => {
    const foreign = /^(applet|b|base|body body|details details|embed|font|frame|frameset|i|iframe|marquee|math|mglyph|object|plaintext|portal|style|use|animate|video|xmp)$/;
    const schemes = /^\s*(javascript|vbscript|data:text)/i;
    const found = [];
    for (const element of document.querySelectorAll("*")) {
      // A form shows its fields in place of its own properties.
      const own = (property) => Reflect.get(Element.prototype, property, element);
      const name = own("localName");
      const inline = name === "script" && !element.src;
      const refresh = name === "meta" && element.httpEquiv;
      const framed = name === "iframe" && location.pathname === "/dev/inbox";
      if ((foreign.test(name) && !framed) || inline || refresh) found.push(own("outerHTML").slice(0, 200));
      for (const { name: attribute, value } of own("attributes")) {
        const target = ["href", "src", "action", "formaction", "data"].includes(attribute);
        const download = name === "a" && element.hasAttribute("download");
        const elsewhere = target && new URL(value, location.href).host !== location.host && !/^data:/.test(value);
        if (/^on/.test(attribute) || ["style", "srcdoc", "background"].includes(attribute) || elsewhere || (target && schemes.test(value) && !download)) {
          found.push(`${attribute}=${value.slice(0, 200)} in ${name}`);
        }
      }
    }
    return found;
  });
}
