// What second factors come to where everybody must have one, and where none is left. Needs a
// server that demands one of everybody (KEYWARD_DEMANDED_URL).
import { MODES } from "./accessible.mjs";
import { code } from "./factors.mjs";
import { contains, equal } from "./report.mjs";
import { SUBMIT, arrive, seeing, signUp, someone } from "./seeing.mjs";

export async function factorStates(browser, report) {
  const { KEYWARD_DEMANDED_URL: demanded } = process.env;
  if (!demanded) return;
  for (const { name, ...mode } of MODES) await lastFactor(browser, demanded, report, name, mode);
  await lastFactor(browser, demanded, report, "no scripts", { scripts: false });
}

/** Whoever must have a second factor sets one up, keeps it, and loses it. */
async function lastFactor(browser, base, report, how, mode) {
  const ada = await arrive(browser, base, mode);
  const sees = seeing(ada, report, how);
  const email = someone();
  await sees("whoever must have a second factor is led to set one up", async () => {
    await signUp(ada, email);
    await ada.send({ code: (await ada.letter(email)).code }, SUBMIT);
    equal(ada.path(), "/account/totp");
    contains(await ada.text("main"), "A second step is needed here");
  });
  await sees("and comes nowhere else before", async () => {
    await ada.go("/account/sessions");
    equal(ada.path(), "/account/totp");
  });
  await sees("the last factor is not offered to be turned off", async () => {
    await ada.press(SUBMIT);
    await ada.send({ code: code(await ada.text("code.secret"), Date.now()) }, SUBMIT);
    await ada.go("/account/totp");
    contains(await ada.text("main"), "it cannot be turned off");
    equal(await ada.page.locator("form[action$='/remove']").count(), 0, "ways to turn it off");
  });
  await sees("and whoever asks all the same is refused", async () => {
    // A page that was opened before somebody else turned the demand on still has the button.
    await ada.page.locator("main").evaluate((main) => {
      const csrf = document.querySelector("[name=csrf]")?.outerHTML ?? "";
      main.insertAdjacentHTML("beforeend", `<form method="post" action="/account/totp/remove">${csrf}<button id="late">Turn off</button></form>`);
    });
    await ada.press("#late");
    contains(await ada.text("[role=alert]"), "this is the last one");
  });
  await sees("whoever has none of these reads what is left", async () => {
    await ada.press(".top form button");
    await ada.signIn(email);
    equal(ada.path(), "/login/mfa");
    await ada.page.click("main details > summary");
    contains(await ada.text("main details"), "A recovery code will do");
    contains(await ada.text("main details"), "ask an administrator");
  });
  await sees("and comes from there to a new password", async () => {
    await ada.press("main details a");
    equal(ada.path(), "/recover");
    await ada.send({ identifier: email }, SUBMIT);
    equal(ada.path(), "/recover/code");
  });
  await sees("which the message alone does not set", async () => {
    await ada.send({ code: (await ada.letter(email)).code, password: "another long password" }, SUBMIT);
    equal(ada.path(), "/login/mfa");
    await ada.signIn(email, "another long password");
    contains(await ada.text("[role=alert]"), "incorrect");
  });
  await ada.leave();
}
