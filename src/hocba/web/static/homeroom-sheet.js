// The homeroom teacher's sheets: Enter goes down a column, a text says how much room it has left,
// and nobody leaves with something unsaved. Without this the form works as a form.

const form = document.querySelector("[data-sheet]");
const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
const columns = new Map();
for (const field of fields) {
  const column = field.name.replace(/^hs\d+-/, "");
  if (!columns.has(column)) columns.set(column, []);
  columns.get(column).push(field);
}

form.addEventListener("keydown", (event) => {
  const field = event.target;
  const text = field.tagName === "TEXTAREA";
  if (event.key !== "Enter" || field.tagName === "BUTTON" || text || event.isComposing) return;
  event.preventDefault();
  const column = columns.get(field.name.replace(/^hs\d+-/, "")) ?? [];
  const next = column[column.indexOf(field) + (event.shiftKey ? -1 : 1)];
  next?.focus();
  next?.select?.();
});

let changed = false;
form.addEventListener("input", () => { changed = true; });
form.addEventListener("submit", () => { changed = false; });
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

for (const field of form.querySelectorAll("[data-limit]")) {
  const most = Number(field.dataset.limit);
  const room = document.createElement("span");
  room.className = "left";
  const tell = () => {
    const length = [...field.value.normalize("NFC")].length;
    room.textContent = `${length}/${most}`;
    room.classList.toggle("over", length > most);
  };
  field.addEventListener("input", tell);
  field.after(room);
  tell();
}
