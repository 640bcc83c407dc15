// The mark grid: moving, typing, pasting, filling, undoing, and what became of every cell. Rules of
// marks are in mark-rules.js, the way to the server in mark-queue.js; sentences come with the page.
import { readMark, shown, termResult } from "./mark-rules.js";
import { Queue, name } from "./mark-queue.js";

const page = document.querySelector("[data-mark-sheet]");
const { words, rules } = JSON.parse(document.getElementById("so").textContent);
const table = page.querySelector("table");
const told = page.querySelector("[data-told]");
const tens = page.querySelector("[data-tens]");
const cells = new Map();
const lines = [];
const changes = []; // groups of { cell, before }
const problems = new Map(); // cell → line of the list
let active = null;
let within = false; // F2, or typing a remark: arrows move inside the text

for (const line of table.tBodies[0].rows) {
  const inputs = [...line.querySelectorAll("input")];
  lines.push(inputs.map((input) => {
    const cell = {
      input, line, box: input.closest("td"), row: line.dataset.row, column: input.dataset.column,
      text: input.value, saved: input.value, version: Number(input.dataset.version), place: lines.length,
      across: inputs.indexOf(input), who: line.querySelector("th").dataset.name,
    };
    cells.set(name(cell), cell);
    return cell;
  }));
}
const of = (input) => cells.get(`${input.closest("tr").dataset.row} ${input.dataset.column}`);
const queue = new Queue({
  address: page.dataset.save,
  token: page.querySelector("[name=csrfmiddlewaretoken]")?.value,
  place: page.dataset.draft,
  told: hear,
});
if (page.dataset.save) restore();

// What the browser kept of an earlier visit stands in the grid again and is sent with its versions.
function restore() {
  tens.checked = localStorage.getItem("hocba.8-5") === "1";
  for (const open of queue.open) {
    const cell = cells.get(name(open));
    if (!cell) continue;
    cell.text = cell.input.value = open.value;
    mark(cell, "waiting");
    look(cell.line);
  }
  if (queue.open.length) told.textContent = words.restored;
  queue.go();
}

// ---- typing and moving

table.addEventListener("focusin", ({ target }) => {
  if (!target.matches("input")) return;
  active = of(target);
  within = false;
  target.select();
  remarkPanel();
  if (problems.has(active)) told.textContent = problems.get(active).dataset.sentence;
});
table.addEventListener("focusout", ({ target }) => { if (target.matches("input")) commit(of(target)); });
table.addEventListener("pointerup", ({ target }) => { if (target.matches("input") && !within) setTimeout(() => { if (document.activeElement === target && target.selectionStart === target.selectionEnd && target.value === of(target).text) target.select(); }); });
table.addEventListener("dblclick", ({ target }) => { if (target.matches("input")) edit(of(target)); });
table.addEventListener("input", ({ target }) => {
  const cell = of(target);
  if (isRemark(cell)) { within = true; remarkPanel(); } else look(cell.line);
});
table.addEventListener("keydown", (event) => {
  if (!event.target.matches("input") || event.isComposing) return;
  const cell = of(event.target);
  const handle = keys(event)[event.key];
  if (handle && handle(cell) !== false) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  const undo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  const typing = document.activeElement?.matches("input, textarea") && (document.activeElement.closest("table") !== table || active?.input.value !== active?.text);
  if (undo && !typing) { event.preventDefault(); takeBack(); }
});

function keys({ ctrlKey, shiftKey, altKey }) {
  if (altKey) return {};
  const sideways = (cell, step) => (within ? false : move(cell, 0, step));
  return {
    Enter: (cell) => move(cell, shiftKey ? -1 : 1, 0),
    ArrowDown: (cell) => move(cell, ctrlKey ? lines.length : 1, 0),
    ArrowUp: (cell) => move(cell, ctrlKey ? -lines.length : -1, 0),
    ArrowRight: (cell) => sideways(cell, 1),
    ArrowLeft: (cell) => sideways(cell, -1),
    Home: (cell) => (within ? false : move(cell, ctrlKey ? -lines.length : 0, -lines[0].length)),
    End: (cell) => (within ? false : move(cell, ctrlKey ? lines.length : 0, lines[0].length)),
    F2: edit,
    Escape: (cell) => { cell.input.value = cell.text; within = false; cell.input.select(); look(cell.line); remarkPanel(); },
    Delete: (cell) => (within || cell.input.readOnly ? false : change([[cell, ""]])),
  };
}

function move(cell, down, right) {
  const clamp = (at, count) => Math.max(0, Math.min(count - 1, at));
  const target = lines[clamp(cell.place + down, lines.length)][clamp(cell.across + right, lines[0].length)];
  if (target === cell) { commit(cell); cell.input.select(); within = false; } else target.input.focus();
}

function edit(cell) {
  if (cell.input.readOnly) return;
  within = true;
  cell.input.setSelectionRange(cell.input.value.length, cell.input.value.length);
}

function commit(cell) {
  if (!cell.input.readOnly && cell.input.value !== cell.text) change([[cell, cell.input.value]]);
}

// Set cells to what was typed, pasted or filled; one group to undo.
function change(pairs, { remember = true } = {}) {
  const group = [];
  for (const [cell, typed] of pairs) {
    const text = tidy(cell, typed);
    cell.input.value = text;
    if (text === cell.text) continue;
    group.push({ cell, before: cell.text });
    cell.text = text;
    mark(cell, "waiting");
  }
  for (const line of new Set(pairs.map(([cell]) => cell.line))) look(line);
  if (!group.length) return;
  if (remember) changes.push(group);
  page.querySelector("[data-undo]").disabled = changes.length === 0;
  queue.put(group.map(({ cell }) => ({ row: cell.row, column: cell.column, value: cell.text, version: cell.version })));
}

function tidy(cell, typed) {
  if (isRemark(cell)) return typed.normalize("NFC").replace(/\s+/g, " ").trim();
  const reading = readMark(typed, rules.form);
  if (reading.problem === "mark.scale" && tens.checked) return reading.suggestion;
  return reading.problem ? typed.trim() : shown(reading.value);
}

function takeBack() {
  const group = changes.pop();
  if (!group) return;
  change(group.map(({ cell, before }) => [cell, before]), { remember: false });
  group[0].cell.input.focus();
  told.textContent = filled(words.undone, { n: group.length });
}

// ---- Excel's clipboard

table.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (!event.target.matches("input") || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  const from = of(event.target);
  const pairs = [];
  let out = 0;
  let closed = 0;
  block(text).forEach((values, down) => values.forEach((value, right) => {
    const cell = lines[from.place + down]?.[from.across + right];
    if (!cell) out += 1;
    else if (cell.input.readOnly) closed += 1;
    else pairs.push([cell, value]);
  }));
  change(pairs);
  told.textContent = filled(words.pasted, { n: pairs.length }) + (out ? filled(words.pastedOut, { n: out }) : "") + (closed ? filled(words.pastedClosed, { n: closed }) : "");
  within = false;
});

// Rows of a copied block; Excel quotes what holds a line break or a tab, and ends with a line break.
function block(text) {
  const rows = [[""]];
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at += 1) {
    const letter = source[at];
    const row = rows.at(-1);
    if (letter === '"' && (quoted || row.at(-1) === "")) {
      if (quoted && source[at + 1] === '"') { row[row.length - 1] += '"'; at += 1; } else quoted = !quoted;
    } else if (letter === "\t" && !quoted) row.push("");
    else if (letter === "\n" && !quoted) rows.push([""]);
    else row[row.length - 1] += letter;
  }
  return rows;
}

// ---- what a line shows

function look(line) {
  const here = lines[[...table.tBodies[0].rows].indexOf(line)];
  const marks = { regular: [], midterm: null, final: null };
  for (const cell of here) {
    const typed = cell.input.value;
    if (cell.box.dataset.wanted !== undefined) cell.box.classList.toggle("missing", !typed.trim());
    if (isRemark(cell)) continue;
    const { value } = readMark(typed, rules.form);
    if (cell.column.startsWith("regular-")) marks.regular.push(value);
    else marks[cell.column] = value;
  }
  line.querySelector("[data-average]").textContent = shown(termResult(marks, rules)) || "–";
  const missing = table.querySelectorAll("td.missing:not(.remark)").length;
  page.querySelector("[data-missing]").textContent = missing ? filled(words.missing, { n: missing }) : words.complete;
}

function isRemark(cell) {
  return cell.column === "remark";
}

// ---- what the server said

function hear({ state, answer, cells: sent, sentence }) {
  page.dataset.state = state;
  if (state === "saving") told.textContent = words.saving;
  if (state === "offline") told.textContent = filled(words.offline, { n: queue.open.length });
  if (state === "signed_out") told.textContent = words.signedOut;
  page.querySelector("[data-sign-in]").hidden = state !== "signed_out";
  if (state === "failed") {
    for (const one of sent) withCell(one, (cell) => problem(cell, "refused", sentence));
    told.textContent = sentence;
  }
  if (state !== "saved") return;
  for (const one of answer.saved) withCell(one, (cell) => settle(cell, one.value, one.version));
  for (const one of answer.refused) withCell(one, (cell) => problem(cell, "refused", one.sentence));
  for (const one of answer.conflicts) withCell(one, (cell) => conflict(cell, one));
  if (answer.doubts) doubts(answer.doubts);
  const rest = answer.refused.length + answer.conflicts.length;
  told.textContent = rest ? filled(words.partly, { n: rest, time: answer.time }) : filled(words.saved, { time: answer.time });
}

function withCell(one, act) {
  const cell = cells.get(name(one));
  if (cell) act(cell);
}

function settle(cell, value, version) {
  Object.assign(cell, { version, saved: value });
  if (queue.waiting.has(name(cell))) return; // typed again since
  const typing = document.activeElement === cell.input && cell.input.value !== cell.text;
  cell.text = value;
  if (!typing) cell.input.value = value;
  mark(cell, "saved");
  clear(cell);
  look(cell.line);
}

function mark(cell, state) {
  cell.box.dataset.state = state;
  cell.input.toggleAttribute("aria-invalid", state === "refused" || state === "conflict");
}

function problem(cell, state, sentence, ...choices) {
  mark(cell, state);
  const line = document.createElement("li");
  const link = document.createElement("button");
  link.type = "button";
  link.className = "link-button";
  link.textContent = `${cell.who}, ${cell.input.dataset.title}`;
  link.addEventListener("click", () => cell.input.focus());
  line.append(link, `: ${sentence} `, ...choices);
  line.dataset.sentence = sentence;
  clear(cell);
  problems.set(cell, line);
  show();
}

function conflict(cell, { yours, theirs, version, who, when }) {
  queue.drop(cell);
  const choose = (text, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--quiet button--small";
    button.textContent = text;
    button.addEventListener("click", () => { clear(cell); act(); cell.input.focus(); });
    return button;
  };
  const nothing = words.nothing;
  cell.version = version;
  problem(
    cell, "conflict", filled(words.conflict, { who, when, theirs: theirs || nothing, yours: yours || nothing }),
    choose(filled(words.keepMine, { yours: yours || nothing }), () => {
      cell.text = theirs;
      change([[cell, yours]]);
    }),
    choose(filled(words.takeTheirs, { theirs: theirs || nothing }), () => {
      cell.input.value = theirs;
      settle(cell, theirs, version);
    }),
  );
}

function clear(cell) {
  problems.delete(cell);
  show();
}

function show() {
  const box = page.querySelector("[data-problems]");
  box.hidden = problems.size === 0;
  box.querySelector("ul").replaceChildren(...problems.values());
}

function doubts(sentences) {
  const box = page.querySelector("[data-doubts]");
  box.hidden = sentences.length === 0;
  box.querySelector("ul").replaceChildren(...sentences.map((sentence) => {
    const line = document.createElement("li");
    line.textContent = sentence;
    return line;
  }));
}

// ---- buttons: undo, fill, the remark bank

tens?.addEventListener("change", () => { try { localStorage.setItem("hocba.8-5", tens.checked ? "1" : "0"); } catch { /* then for this page */ } });
page.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.matches("[data-undo]")) takeBack();
  if (button.matches("[data-fill]") && active) fill(active.column, () => active.text);
  if (button.matches("[data-phrase]")) {
    const remark = active && lines[active.place].find(isRemark);
    if (remark && !remark.input.readOnly) {
      change([[remark, `${remark.text} ${personal(button.dataset.phrase, remark)}`]]);
      remark.input.focus();
    } else told.textContent = words.chooseStudent;
  }
  if (button.matches("[data-phrase-all]")) fill("remark", (cell) => personal(button.dataset.phraseAll, cell));
});
addEventListener("online", () => queue.go());
document.addEventListener("visibilitychange", () => queue.go());

function fill(column, value) {
  const empty = [...cells.values()].filter((cell) => cell.column === column && !cell.text && !cell.input.readOnly && cell.box.dataset.wanted !== undefined);
  const pairs = empty.map((cell) => [cell, value(cell)]).filter(([, text]) => text);
  change(pairs);
  told.textContent = filled(words.filled, { n: pairs.length });
}

function personal(phrase, cell) {
  return phrase.replaceAll("{tên}", cell.who.split(" ").at(-1));
}

function remarkPanel() {
  const counter = page.querySelector("[data-length]");
  if (!counter) return;
  const remark = active && lines[active.place].find(isRemark);
  const length = remark ? [...remark.input.value].length : 0;
  counter.textContent = remark ? filled(words.length, { who: remark.who, n: length, most: page.dataset.most }) : "";
  counter.classList.toggle("over", length > Number(page.dataset.most));
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, key) => values[key]);
}
