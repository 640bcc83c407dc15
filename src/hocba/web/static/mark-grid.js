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
const lines = [...table.tBodies[0].rows].map((line, down) => [...line.querySelectorAll("td[data-column]")].map((box, across) => {
  const cell = {
    box, line, down, across, row: line.dataset.row, who: line.querySelector("th").dataset.name,
    column: box.dataset.column, title: table.tHead.querySelector(`[data-column="${box.dataset.column}"]`).dataset.title,
    text: box.textContent, version: Number(box.dataset.version),
    wanted: box.dataset.wanted !== undefined, gap: box.classList.contains("missing"), closed: box.hasAttribute("aria-readonly"),
  };
  cells.set(name(cell), cell);
  return cell;
}));
const changes = []; // groups of { cell, before } to take back
const problems = new Map(); // cell → line of the list
let missing = table.querySelectorAll("td.missing:not(.remark)").length;

// There is one field, and it stands in the cell where one is: 900 fields would make every
// keystroke wait for the painting of them all.
const field = document.createElement("input");
field.autocomplete = "off";
let active = null;
let within = false; // F2, a second click, or typing a remark: arrows move inside the text

const queue = new Queue({
  address: page.dataset.save,
  token: page.querySelector("[name=csrfmiddlewaretoken]").value,
  place: page.dataset.draft,
  told: hear,
});
if (lines.length) stand(lines[0][0]);
restore();

// What the browser kept of an earlier visit stands in the grid again and is sent with its versions.
function restore() {
  tens.checked = stored("hocba.8-5") === "1";
  for (const open of queue.open) withCell(open, (cell) => { put(cell, open.value); mark(cell, "waiting"); });
  if (queue.open.length) told.textContent = words.restored;
  queue.go();
}

function stored(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

// ---- typing and moving

function stand(cell) {
  if (active) {
    active.line.classList.remove("here");
    active.box.classList.remove("at");
    active.box.replaceChildren(active.text);
  }
  active = cell;
  within = false;
  Object.assign(field, { value: cell.text, readOnly: cell.closed, placeholder: cell.wanted ? cell.box.dataset.wanted : "", inputMode: !isRemark(cell) && rules.form === "scored" ? "decimal" : "text" });
  field.setAttribute("aria-label", `${cell.who}, ${cell.title}${cell.closed ? `, ${words.closed}` : ""}`);
  cell.box.classList.add("at");
  cell.box.replaceChildren(field);
}

function go(cell) {
  commit();
  if (cell !== active) stand(cell);
  within = false;
  field.focus();
  field.select();
  active.line.classList.add("here");
  remarkPanel();
  if (problems.has(active)) told.textContent = problems.get(active).dataset.sentence;
}

field.addEventListener("focus", () => { active.line.classList.add("here"); if (!within) field.select(); });
field.addEventListener("blur", () => commit());
field.addEventListener("input", () => {
  if (isRemark(active)) { within = true; remarkPanel(); }
  look(active.line);
});
table.addEventListener("click", ({ target }) => {
  const box = target.closest("td[data-column]");
  if (target === field) within = !field.readOnly;
  else if (box) go(cells.get(`${box.parentElement.dataset.row} ${box.dataset.column}`));
});
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const handle = keys(event)[event.key];
  if (handle && handle() !== false) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  const undo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  const focused = document.activeElement;
  const typing = focused === field ? field.value !== active.text : focused?.matches("input, textarea");
  if (undo && !typing) { event.preventDefault(); takeBack(); }
});

function keys({ ctrlKey, shiftKey, altKey }) {
  if (altKey) return {};
  const width = lines[0].length;
  return {
    Enter: () => move(shiftKey ? -1 : 1, 0),
    Tab: () => along(shiftKey ? -1 : 1),
    ArrowDown: () => move(ctrlKey ? lines.length : 1, 0),
    ArrowUp: () => move(ctrlKey ? -lines.length : -1, 0),
    ArrowRight: () => (within ? false : move(0, 1)),
    ArrowLeft: () => (within ? false : move(0, -1)),
    Home: () => (within ? false : move(ctrlKey ? -lines.length : 0, -width)),
    End: () => (within ? false : move(ctrlKey ? lines.length : 0, width)),
    F2: edit,
    Escape: () => { field.value = active.text; within = false; field.select(); look(active.line); remarkPanel(); },
    Delete: () => (within || active.closed ? false : change([[active, ""]])),
  };
}

function move(down, right) {
  const clamp = (at, count) => Math.max(0, Math.min(count - 1, at));
  go(lines[clamp(active.down + down, lines.length)][clamp(active.across + right, lines[0].length)]);
}

// Tab goes right and on to the next line; out of the last cell it leaves the grid.
function along(step) {
  const at = active.down * lines[0].length + active.across + step;
  if (at < 0 || at >= lines.length * lines[0].length) return false;
  return go(lines[Math.floor(at / lines[0].length)][at % lines[0].length]);
}

function edit() {
  if (active.closed) return;
  within = true;
  field.setSelectionRange(field.value.length, field.value.length);
}

function commit() {
  if (active && !active.closed && field.value !== active.text) change([[active, field.value]]);
}

function put(cell, text) {
  cell.text = text;
  if (cell === active) field.value = text;
  else cell.box.replaceChildren(text);
  look(cell.line);
}

// Set cells to what was typed, pasted or filled; one group to take back.
function change(pairs, { remember = true } = {}) {
  const group = [];
  for (const [cell, typed] of pairs) {
    const before = cell.text;
    const text = tidy(cell, typed);
    put(cell, text);
    if (text === before) continue;
    group.push({ cell, before });
    mark(cell, "waiting");
  }
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
  go(group[0].cell);
  told.textContent = filled(words.undone, { n: group.length });
}

// ---- Excel's clipboard

field.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (!/[\t\n]/.test(text)) return;
  event.preventDefault();
  const pairs = [];
  let out = 0;
  let closed = 0;
  block(text).forEach((values, down) => values.forEach((value, right) => {
    const cell = lines[active.down + down]?.[active.across + right];
    if (!cell) out += 1;
    else if (cell.closed) closed += 1;
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
  const here = lines[line.sectionRowIndex];
  const marks = { regular: [], midterm: null, final: null };
  for (const cell of here) {
    const typed = cell === active ? field.value : cell.text;
    const gap = cell.wanted && !typed.trim();
    if (gap !== cell.gap) {
      cell.gap = gap;
      cell.box.classList.toggle("missing", gap);
      if (!isRemark(cell)) missing += gap ? 1 : -1;
    }
    if (isRemark(cell)) continue;
    const { value } = readMark(typed, rules.form);
    if (cell.column.startsWith("regular-")) marks.regular.push(value);
    else marks[cell.column] = value;
  }
  line.querySelector("[data-average]").textContent = shown(termResult(marks, rules)) || "–";
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
  cell.version = version;
  if (queue.waiting.has(name(cell))) return; // typed again since
  if (cell === active && field.value !== cell.text) cell.text = value; // somebody is typing there
  else put(cell, value);
  mark(cell, "saved");
  clear(cell);
}

function mark(cell, state) {
  cell.box.dataset.state = state;
  if (state === "refused" || state === "conflict") cell.box.setAttribute("aria-invalid", "true");
  else cell.box.removeAttribute("aria-invalid");
}

function problem(cell, state, sentence, ...choices) {
  mark(cell, state);
  const line = document.createElement("li");
  const link = document.createElement("button");
  link.type = "button";
  link.className = "link-button";
  link.textContent = `${cell.who}, ${cell.title}`;
  link.addEventListener("click", () => go(cell));
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
    button.addEventListener("click", () => { clear(cell); act(); go(cell); });
    return button;
  };
  const nothing = words.nothing;
  cell.version = version;
  problem(
    cell, "conflict", filled(words.conflict, { who, when, theirs: theirs || nothing, yours: yours || nothing }),
    choose(filled(words.keepMine, { yours: yours || nothing }), () => {
      cell.text = theirs; // so that one's own value is a change upon it
      change([[cell, yours]]);
    }),
    choose(filled(words.takeTheirs, { theirs: theirs || nothing }), () => {
      put(cell, theirs);
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

tens.addEventListener("change", () => { try { localStorage.setItem("hocba.8-5", tens.checked ? "1" : "0"); } catch { /* then for this page */ } });
page.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.matches("[data-undo]")) takeBack();
  if (button.matches("[data-fill]") && active) fill(active.column, () => active.text);
  if (button.matches("[data-phrase]")) {
    const remark = active && lines[active.down].find(isRemark);
    if (remark && !remark.closed) {
      change([[remark, `${remark.text} ${personal(button.dataset.phrase, remark)}`]]);
      go(remark);
    } else told.textContent = words.chooseStudent;
  }
  if (button.matches("[data-phrase-all]")) fill("remark", (cell) => personal(button.dataset.phraseAll, cell));
});
addEventListener("online", () => queue.go());
document.addEventListener("visibilitychange", () => queue.go());

function fill(column, value) {
  const empty = [...cells.values()].filter((cell) => cell.column === column && !cell.text && !cell.closed && cell.wanted);
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
  const remark = active && lines[active.down].find(isRemark);
  const length = remark ? [...(remark === active ? field.value : remark.text)].length : 0;
  counter.textContent = remark ? filled(words.length, { who: remark.who, n: length, most: page.dataset.most }) : "";
  counter.classList.toggle("over", length > Number(page.dataset.most));
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, key) => values[key]);
}
