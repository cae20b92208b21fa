// A running server for the tests: `KEYWARD_BIN`, on a free port, in a folder that is removed.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PASSWORD = "correct horse battery";

function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

export async function start() {
  const binary = process.env.KEYWARD_BIN;
  if (!binary) throw new Error("KEYWARD_BIN must name the server to test against");
  const folder = mkdtempSync(join(tmpdir(), "keyward-typescript-"));
  const port = await freePort();
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("KEYWARD_"));
  const child = spawn(binary, ["dev", "--data-dir", join(folder, "data"), "--listen", `127.0.0.1:${port}`], {
    cwd: folder,
    env: { ...Object.fromEntries(kept), KEYWARD_LIMITS_ATTEMPTS: "600 / 1m" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise((done) => child.once("exit", done));
  await new Promise((ready, failed) => {
    ended.then((code) => failed(new Error(`the server ended at once (${code})`)));
    let said = "";
    child.stderr.on("data", (text) => {
      said = (said + text).slice(-4_000);
      if (said.includes("ready at")) ready();
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async letter(to) {
      const reply = await fetch(`http://127.0.0.1:${port}/dev/inbox.json?to=${encodeURIComponent(to)}&wait=10s`);
      return (await reply.json()).data[0];
    },
    async stop() {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
