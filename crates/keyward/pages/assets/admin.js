// Comforts for administrators. Every page works without them.
// A matrix is one stop of the Tab key: arrows move, letters choose (WAI-ARIA grid).
for (const table of document.querySelectorAll("table[data-grid]")) {
  const rows = [...table.rows].map((row) => [...row.cells].map(stop)).filter((row) => row.length > 1);
  const stops = rows.flat();
  table.setAttribute("role", "grid");
  table.setAttribute("aria-description", table.dataset.grid);
  for (const one of stops) one.tabIndex = -1;
  const first = rows[1]?.[1] ?? stops[0];
  if (first) first.tabIndex = 0;
  const place = (element) => {
    const row = rows.findIndex((cells) => cells.includes(element));
    return row < 0 ? null : [row, rows[row].indexOf(element)];
  };
  const go = (row, column) => {
    const cells = rows[Math.max(0, Math.min(row, rows.length - 1))];
    const to = cells[Math.max(0, Math.min(column, cells.length - 1))];
    for (const one of stops) one.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  };
  table.addEventListener("focusin", (event) => {
    if (!place(event.target)) return;
    for (const one of stops) one.tabIndex = one === event.target ? 0 : -1;
  });
  table.addEventListener("keydown", (event) => {
    const at = place(event.target);
    if (!at || event.altKey || event.metaKey) return;
    const [row, column] = at;
    const far = event.ctrlKey;
    const moves = {
      ArrowUp: [far ? 0 : row - 1, column], ArrowDown: [far ? rows.length : row + 1, column],
      ArrowLeft: [row, far ? 0 : column - 1], ArrowRight: [row, far ? 1e3 : column + 1],
      Home: [far ? 0 : row, 0], End: [far ? rows.length : row, 1e3],
      PageUp: [row - 10, column], PageDown: [row + 10, column],
    };
    const choices = { a: "allow", "+": "allow", d: "deny", "-": "deny", Delete: "", Backspace: "", 0: "" };
    if (event.key in moves) go(...moves[event.key]);
    else if (!far && event.key in choices && event.target.tagName === "SELECT") {
      event.target.value = choices[event.key];
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    } else return;
    event.preventDefault();
  });
  const told = table.closest("form")?.querySelector("[data-count]");
  const count = () => {
    const changed = [...table.querySelectorAll("select")].filter((one) => one.value !== one.dataset.was).length;
    told.hidden = changed === 0;
    told.textContent = told.dataset.count.replace("#", changed);
  };
  if (told) {
    told.setAttribute("role", "status");
    table.addEventListener("change", count);
    count();
  }
}
// Where the focus goes in a cell: its field, its link, or the cell itself.
function stop(cell) {
  return cell.querySelector("select, a") ?? cell;
}
