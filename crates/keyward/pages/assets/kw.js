// Small comforts. Every page works without them.
for (const button of document.querySelectorAll("button[data-peek]")) {
  const input = document.getElementById(button.dataset.peek);
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.textContent = hidden ? button.dataset.hide : button.dataset.show;
    input.focus();
  });
  // A password manager must find a password field when the form is sent.
  input.form.addEventListener("submit", () => { input.type = "password"; });
}
// The secret of a setup link stands in the fragment, which no server sees.
const token = document.querySelector("[data-fragment]");
if (token && location.hash.length > 1) {
  token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
}
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const lines = document.querySelectorAll(`#${button.dataset.copy} li`);
    await navigator.clipboard.writeText([...lines].map((line) => line.textContent).join("\n"));
    button.textContent = button.dataset.done;
  });
}
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (isNaN(at)) continue;
  time.title = time.dateTime;
  time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
}
// Seconds until something is possible, which it says itself; then nothing is left to say.
for (const hint of document.querySelectorAll("[data-wait]")) {
  const [said, ends] = [hint.textContent, performance.now() + hint.dataset.wait * 1000];
  const tick = setInterval(() => {
    const left = Math.ceil((ends - performance.now()) / 1000);
    hint.textContent = said.replace(hint.dataset.wait, left);
    if (left < 1) { clearInterval(tick); hint.remove(); }
  }, 1000);
}
const wrong = document.querySelector("[aria-invalid=true]") || document.querySelector("[role=alert]");
if (wrong) wrong.focus();
addEventListener("keydown", (event) => {
  const search = document.querySelector("input[type=search]");
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  }
});
