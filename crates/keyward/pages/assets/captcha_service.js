// Shows what a captcha service asks, and puts what its script makes into the form. The
// fields that the service adds by itself stay out of what is sent.
const OWN = /^(cf-turnstile|g-recaptcha|h-captcha)-response/;
function show(box) {
  const { service, siteKey, captcha, lang, first, failed, renew, renewAfter } = box.dataset;
  const answer = box.querySelector("[name=captcha]"), said = box.querySelector("[role=status]");
  const token = box.querySelector("[name=captcha_token]");
  const { form } = answer;
  const say = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };
  const forget = () => {
    answer.value = "";
  };
  const options = {
    sitekey: siteKey,
    callback: (made) => {
      answer.value = made;
      say("");
    },
    "expired-callback": forget,
    "error-callback": () => {
      forget();
      say(failed);
    },
  };
  // Only this one is told what the form is for.
  if (service === "turnstile") Object.assign(options, { action: captcha, language: lang });
  form.addEventListener("formdata", ({ formData }) => {
    for (const name of [...formData.keys()]) if (OWN.test(name)) formData.delete(name);
  });
  // A page that stood open for long asks for another token.
  let loaded = performance.now();
  const fresh = async () => {
    const reply = await fetch(renew, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ purpose: captcha }),
    });
    token.value = (await reply.json()).token;
    loaded = performance.now();
  };
  form.addEventListener("submit", (event) => {
    const is_old = performance.now() - loaded > 1000 * Number(renewAfter);
    if (answer.value && !is_old) return;
    event.preventDefault();
    if (!answer.value) say(box.querySelector("[data-widget]").childElementCount ? first : failed);
    else fresh().then(() => form.requestSubmit(event.submitter), () => say(failed));
  });
  return () => window[service].render(box.querySelector("[data-widget]"), options);
}
const boxes = [...document.querySelectorAll("[data-service]")].map(show);
window.kwCaptcha = () => {
  for (const render of boxes) render();
};
