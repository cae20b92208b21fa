// A running server for the tests: `KEYWARD_BIN`, on a free port, in a folder that is removed.

import { spawn, spawnSync } from "node:child_process";
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

/** Starts it, with these settings beside the tests' own. */
export async function start(settings = {}) {
  const binary = process.env.KEYWARD_BIN;
  if (!binary) throw new Error("KEYWARD_BIN must name the server to test against");
  const folder = mkdtempSync(join(tmpdir(), "keyward-typescript-"));
  const port = await freePort();
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("KEYWARD_"));
  const env = { ...Object.fromEntries(kept), KEYWARD_LIMITS_ATTEMPTS: "600 / 1m", ...settings };
  const child = spawn(binary, ["dev", "--data-dir", join(folder, "data"), "--listen", `127.0.0.1:${port}`], {
    cwd: folder,
    env,
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
    /** Its public URL. */
    issuer: `http://localhost:${port}`,
    /** What a command beside it says. */
    command(...words) {
      const ran = spawnSync(binary, [...words, "--data-dir", join(folder, "data")], { cwd: folder, env, encoding: "utf8" });
      if (ran.status !== 0) throw new Error(`${words.join(" ")}: ${ran.stderr}`);
      return ran.stdout.trim();
    },
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
