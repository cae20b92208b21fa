// Tests the TypeScript client: types, then everything against a running server.
//
//     KEYWARD_BIN=target/debug/keyward node clients/typescript/test.mjs
//
// installs the compiler, compiles, and runs what is in `tests`. The tests start the server
// `KEYWARD_BIN` by themselves.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const { KEYWARD_BIN } = process.env;
if (!KEYWARD_BIN || !existsSync(KEYWARD_BIN)) {
  console.log("KEYWARD_BIN must name the server to test against");
  process.exit(1);
}
// The server is started in another folder.
process.env.KEYWARD_BIN = resolve(KEYWARD_BIN);

function step(...command) {
  const { status } = spawnSync(command[0], command.slice(1), { cwd: here, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) process.exit(1);
}
if (!existsSync(`${here}node_modules/typescript/package.json`)) step("npm", "ci", "--no-audit", "--no-fund");
step("node", "node_modules/typescript/bin/tsc", "-p", ".");

const counts = { passed: 0, failed: 0, skipped: 0 };
const files = readdirSync(`${here}tests`).filter((name) => name.endsWith(".test.mjs"));
const tests = run({ files: files.map((name) => `${here}tests/${name}`), concurrency: 1 });
// A file counts as a test of its own: only what is in it is counted.
const counted = ({ name, nesting }) => nesting === 0 && !name.endsWith(".test.mjs");
tests.on("test:pass", (test) => {
  if (counted(test)) counts[test.skip === undefined ? "passed" : "skipped"] += 1;
});
tests.on("test:fail", () => {
  counts.failed += 1;
});
tests.on("end", () => {
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
});
tests.compose(new spec()).pipe(process.stdout);
