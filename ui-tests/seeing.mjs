// Somebody who goes from page to page, in one of the looks, while every page is looked at.
import { check } from "./accessible.mjs";
import { PASSWORD, Visitor } from "./visitor.mjs";

export const SUBMIT = "main form button:not([type=button])";

/** One sentence after the other, each about what a page says; looked at by axe as well. */
export function seeing(visitor, report, how) {
  return (what, run) =>
    report.step(`${what} (${how})`, async () => {
      await run();
      if (how !== "no scripts") await check(visitor.page);
    });
}

export function arrive(browser, base, { scripts = true, ...mode }) {
  return Visitor.arrive(browser, base, { scripts, bypassCSP: scripts, ...mode });
}

/** Signs up to the point where a code is asked for. */
export async function signUp(visitor, email) {
  await visitor.go("/signup");
  await visitor.send({ name: "Ada", email, password: PASSWORD }, SUBMIT);
}

let people = 0;

/** An address that nobody had yet. */
export function someone() {
  people += 1;
  return `state-${people}-${Date.now().toString(36)}@example.com`;
}

/** Where the link of a letter leads. */
export function path(letter) {
  return new URL(letter.link).pathname;
}

/** A code that is not this one. */
export function wrong(code) {
  return code === "111111" ? "222222" : "111111";
}
