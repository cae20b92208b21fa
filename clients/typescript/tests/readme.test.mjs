// What the README shows compiles, and does what it says.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { start } from "./server.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));
const said = [
  ["the first example", "Ada false\nmissing_permission\n"],
  ["access tokens", "true [ 'reports:view' ]\nsession_revoked\n"],
];
let server;
let folder;

before(async () => {
  server = await start();
  folder = mkdtempSync(join(here, "dist", "readme-"));
});
after(async () => {
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

test("every example compiles", () => {
  const blocks = readFileSync(join(here, "README.md"), "utf8").matchAll(/```ts\n(.*?)```/gs);
  const files = [...blocks].map(([, block], number) => {
    const file = join(folder, `${number}.ts`);
    writeFileSync(file, block.replace('from "keyward"', 'from "../index.js"').replaceAll("http://localhost:8080", server.issuer));
    return file;
  });
  assert.equal(files.length, said.length, "nothing is shown that is not run");
  const compiler = [join(here, "node_modules/typescript/bin/tsc"), "--strict", "--target", "es2022", "--module", "nodenext"];
  const compiled = spawnSync("node", [...compiler, "--lib", "es2022,dom", ...files], { encoding: "utf8" });
  assert.equal(compiled.stdout, "");
});

for (const [number, [name, output]] of said.entries()) {
  test(name, () => {
    const ran = spawnSync("node", [join(folder, `${number}.js`)], { encoding: "utf8" });
    assert.equal(ran.stderr, "");
    assert.equal(ran.stdout, output);
  });
}
