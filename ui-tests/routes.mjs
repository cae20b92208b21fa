// Every route there is, as the golden file of the tests in Rust lists them: a new page is
// attacked from its first day.
import { readFileSync } from "node:fs";

const FILES = ["routes.txt", "routes_dev.txt"].map((name) => new URL(`../crates/keyward/tests/it/golden/${name}`, import.meta.url));

/** `[{ method, path, guard }]` of a server for production, or for development. */
export function routes({ dev = false } = {}) {
  const text = readFileSync(FILES[dev ? 1 : 0], "utf8");
  const lines = [...text.matchAll(/^(\S+) +(\/\S*) +(.+) (\S+)$/gm)];
  if (lines.length < (dev ? 1 : 100)) throw new Error("the list of routes cannot be read");
  return lines.map(([, method, path, guard]) => ({ method, path, guard }));
}

/** What is shown to people: not the API, not files, not what other machines read. */
export function pages() {
  const others = /^\/(api|access|kw-assets|\.well-known|\.keyward|compat)\/|^\/(healthz|readyz|version|openapi\.json)$/;
  return routes().filter(({ method, path }) => method === "GET" && !others.test(path)).map(({ path }) => path);
}
