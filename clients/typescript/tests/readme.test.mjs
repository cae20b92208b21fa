// What the README shows compiles, and does what it says.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { start } from "./server.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));
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

test("the first example", () => {
  const [, block] = readFileSync(join(here, "README.md"), "utf8").match(/```ts\n(.*?)```/s);
  const text = block.replace('from "keyward"', 'from "../index.js"').replace("http://localhost:8080", server.url);
  writeFileSync(join(folder, "first.ts"), text);
  const compiler = [join(here, "node_modules/typescript/bin/tsc"), "--strict", "--target", "es2022", "--module", "nodenext"];
  const compiled = spawnSync("node", [...compiler, "--lib", "es2022,dom", join(folder, "first.ts")], { encoding: "utf8" });
  assert.equal(compiled.stdout, "");
  const ran = spawnSync("node", [join(folder, "first.js")], { encoding: "utf8" });
  assert.equal(ran.stderr, "");
  assert.equal(ran.stdout, "Ada false\nmissing_permission\n");
});
