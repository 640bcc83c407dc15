// A file may be dropped on the form, and the chosen file is named in the page's own language.
// `data-drop="keep"`: there is more to fill in, so a dropped file does not send the form.
// Without this module the browser's own file field does the same job.
for (const form of document.querySelectorAll("form[data-drop]")) {
  const input = form.querySelector('input[type="file"]');
  const mark = (on) => form.classList.toggle("dropping", on);
  const name = dressed(input, form.dataset);
  const show = () => { name.textContent = [...input.files].map((file) => file.name).join(", ") || form.dataset.none; };
  show();
  input.addEventListener("change", show);
  for (const event of ["dragover", "dragenter"]) {
    form.addEventListener(event, (happening) => { happening.preventDefault(); mark(true); });
  }
  form.addEventListener("dragleave", () => mark(false));
  form.addEventListener("drop", (happening) => {
    happening.preventDefault();
    mark(false);
    if (happening.dataTransfer.files.length) {
      input.files = happening.dataTransfer.files;
      show();
      if (form.dataset.drop !== "keep") form.requestSubmit(form.querySelector("button:not([type=button])"));
    }
  });
}

function dressed(input, words) {
  const box = document.createElement("div");
  const button = document.createElement("label");
  const name = document.createElement("output");
  box.className = "file";
  button.className = "button button--quiet";
  button.htmlFor = input.id;
  button.textContent = words.choose;
  input.replaceWith(box);
  box.append(input, button, name);
  return name;
}
