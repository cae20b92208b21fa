// Small comforts. Every page works without them.
for (const button of document.querySelectorAll("button[data-peek]")) {
  const input = document.getElementById(button.dataset.peek);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.textContent = show ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-pressed", show);
    input.focus();
  });
}
const token = document.getElementById("setup-token");
if (token && location.hash.length > 1) {
  token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (!isNaN(at)) {
    time.title = time.dateTime;
    time.textContent = at.toLocaleString(document.documentElement.lang);
  }
}
const wrong = document.querySelector("[aria-invalid=true]");
if (wrong) wrong.focus();
addEventListener("keydown", (event) => {
  const search = document.querySelector("input[type=search]");
  if (event.key === "/" && search && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
    event.preventDefault();
    search.focus();
  }
});
