// Passkeys: asks the browser for one and sends what it answers, by a form of the page.
// Pages offer another way, or say that there is none, where this cannot run.
const forms = [...document.querySelectorAll("form[data-passkey]")];
const works = Boolean(window.PublicKeyCredential && navigator.credentials);
/** The ceremony that is under way: a page has one at most. */
let current;

const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const encode = (buffer) => {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

/** The options of the server, as the browser wants them. */
function options(said) {
  const one = (found) => ({ ...found, id: decode(found.id) });
  const wanted = { ...said, challenge: decode(said.challenge) };
  if (said.user) wanted.user = one(said.user);
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (said[list]) wanted[list] = said[list].map(one);
  }
  return wanted;
}

/** What the browser answered, as `PublicKeyCredential.toJSON()` writes it; not every browser can. */
function written({ id, rawId, type, response }) {
  const said = { transports: response.getTransports?.() };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = encode(response[name]);
  }
  return JSON.stringify({ id, rawId: encode(rawId), type, response: said });
}

/** Asks, and sends the form with the answer. */
async function ask(form, mediation) {
  current?.abort();
  const mine = (current = new AbortController());
  const { signal } = mine;
  const reply = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(form.dataset.flow ? { flow_id: form.dataset.flow } : {}),
    signal,
  });
  const said = await reply.json();
  if (!reply.ok) throw said;
  const publicKey = options(said.public_key);
  if (mediation) setTimeout(() => current === mine && wait(form), publicKey.timeout - 30_000);
  const given = { publicKey, signal, ...(mediation && { mediation }) };
  const credential = await navigator.credentials[form.dataset.passkey](given);
  form.elements.flow.value = said.flow_id;
  form.querySelector("[data-answer]").value = written(credential);
  for (const like of form.querySelectorAll("input[data-like]")) {
    like.value = Boolean(document.querySelector(`input[type=checkbox][name=${like.name}]`)?.checked);
  }
  form.submit();
}

/** Offers passkeys beside what the browser remembers of the field; says nothing. */
async function wait(form) {
  const can = await PublicKeyCredential.isConditionalMediationAvailable?.();
  if (can) ask(form, "conditional").catch(() => {});
}

function tell(form, error) {
  if (error.name === "AbortError") return;
  if (error.code === "step_up_required" && form.dataset.proof) {
    location.assign(form.dataset.proof);
    return;
  }
  const words = { NotAllowedError: "cancelled", InvalidStateError: "known", rate_limited: "busy" };
  const told = form.querySelector("[data-told]");
  told.textContent = form.dataset[words[error.name] ?? words[error.code] ?? "failed"];
  told.hidden = false;
  told.focus();
}

for (const form of forms) {
  if (!works) {
    for (const note of document.querySelectorAll("[data-no-passkeys]")) note.hidden = false;
    break;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    form.querySelector("[data-told]").hidden = true;
    button.setAttribute("aria-busy", "true");
    await ask(form).catch((error) => tell(form, error));
    button.removeAttribute("aria-busy");
  });
  if ("waiting" in form.dataset) wait(form);
}
