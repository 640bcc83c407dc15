// "?" opens the page's list of keys, unless somebody is writing; Esc and the button close it.
const dialog = document.querySelector("[data-keys]");
const button = document.querySelector("[data-keys-open]");
const WRITING = "input, textarea, select, [contenteditable]";

if (dialog && button) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (dialog.open || event.target.closest?.(WRITING)) return;
    event.preventDefault();
    dialog.showModal();
  });
}
