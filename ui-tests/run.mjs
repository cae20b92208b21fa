// Drives the hosted pages of a development server in Debian's Chromium:
//     KEYWARD_URL=http://localhost:8080 node run.mjs
// Prints `N passed, N failed` and exits 1 on any failure.
import { accessible } from "./accessible.mjs";
import { administrator } from "./administrator.mjs";
import { ALONE, open } from "./browser.mjs";
import { captchas } from "./captchas.mjs";
import { openRedirect } from "./class_02_open_redirect.mjs";
import { markup } from "./class_16_markup.mjs";
import { browserBoundary } from "./class_21_browser_boundary.mjs";
import { factors } from "./factors.mjs";
import { factorStates } from "./factor_states.mjs";
import { own } from "./own.mjs";
import { passkeys } from "./passkeys.mjs";
import { person } from "./person.mjs";
import { providers } from "./providers.mjs";
import { Report } from "./report.mjs";
import { states } from "./states.mjs";

const base = (process.env.KEYWARD_URL ?? "http://localhost:8080").replace(/\/$/, "");
const report = new Report();
const { browser, close } = await open();
try {
  for (const scripts of [true, false]) {
    await person(browser, base, report, scripts);
    await factors(browser, base, report, scripts);
    await providers(browser, base, report, scripts);
    await own(browser, base, report, scripts);
    await administrator(browser, base, report, scripts);
  }
  await passkeys(browser, base, report);
  await accessible(browser, base, report);
  await captchas(browser, report);
  await states(browser, report);
  await factorStates(browser, report);
} catch (error) {
  report.fail("the run itself", error);
} finally {
  await close();
}
await attacks(report);
process.exit(report.finish());

/** In a browser that knows no host but this machine, against servers that only these attack. */
async function attacks(report) {
  const { KEYWARD_ATTACKED_URL: attacked, KEYWARD_BOUNDARY_URL: boundary } = process.env;
  const { browser, close } = await open(ALONE);
  try {
    if (attacked) await openRedirect(browser, attacked, report);
    if (attacked) await markup(browser, attacked, report);
    if (boundary) await browserBoundary(browser, boundary, report);
  } catch (error) {
    report.fail("the attacks themselves", error);
  } finally {
    await close();
  }
}
