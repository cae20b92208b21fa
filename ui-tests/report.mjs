// Counts what passed and what did not.

export class Report {
  passed = 0;
  failed = 0;

  /** One sentence of the journey: runs it, tells how it went, goes on. */
  async step(name, run) {
    try {
      await run();
      this.passed += 1;
      console.log(`ok    ${name}`);
    } catch (error) {
      this.fail(name, error);
    }
  }

  fail(name, error) {
    this.failed += 1;
    console.log(`FAIL  ${name}\n      ${String(error?.message ?? error).replaceAll("\n", "\n      ")}`);
  }

  /** The last line, and the exit code. */
  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

/** Fails with a sentence that shows what was found. */
export function equal(found, wanted, what = "value") {
  if (found !== wanted) throw new Error(`${what}: found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

export function contains(text, part) {
  if (!text.includes(part)) throw new Error(`no ${JSON.stringify(part)} in ${JSON.stringify(text.slice(0, 400))}`);
}
