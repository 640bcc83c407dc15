// A page of things to sign (a class's transcripts, printed copies): collects the waiting rows, starts
// and pauses a run, shows every outcome in its row. Sentences come with the page; rows tell what the
// server knows.
import { Bridge, Fault, Run } from "./signing-bridge.js";
import { Phone } from "./signing-phone.js";

const page = document.querySelector("[data-signing]");
const sentences = JSON.parse(document.getElementById("cau").textContent);
const button = page.querySelector("[data-button]");
const cancel = page.querySelector("[data-cancel]"); // where a phone may be asked
const phoneLine = page.querySelector("[data-phone]");
const panel = page.querySelector("[data-panel]");
const bar = panel.querySelector("progress");
const told = panel.querySelector("[data-told]");
const fault = page.querySelector("[data-fault]");
const names = page.dataset.names.split(" "); // what names an item: of a row, a request, an outcome
const rows = new Map([...page.querySelectorAll("tr[data-state]")].map((row) => [key(row.dataset), row]));
const DOUBLE_CLICK = 600; // milliseconds in which a second click is no wish to pause
let run = null;
let phone = null;
let since = 0;

const desk = {
  check: (certificate) => post("check", { certificate }),
  prepare: (items, sheet) => post("prepare", { items, sheet }),
  complete: async (items) => (await post("complete", { items })).outcomes,
  demo: async (items, sheet) => (await post("demo", { items, sheet })).outcomes,
  send: (items, sheet, provider, request) => post("send", { items, sheet, provider, request }),
  ask: (remote) => post("ask", { remote }),
  giveUp: (remote) => post("giveUp", { remote }),
};

button.hidden = false;
panel.hidden = ![...rows.values()].some((row) => row.dataset.state === "signed" || row.classList.contains("refused"));
show();
if (page.dataset.remote) start(page.dataset.remote); // a phone was ringing when the page was left
cancel?.addEventListener("click", () => { cancel.disabled = true; phone?.cancel().catch(complain); });
button.addEventListener("click", () => {
  if (run) {
    if (performance.now() - since < DOUBLE_CLICK) return;
    run.pause();
    button.disabled = true; // until the question that is out has its answer
    told.textContent = page.dataset.pausing;
  } else {
    start();
  }
});

async function start(remote = "") {
  since = performance.now();
  const form = new FormData(page.querySelector("form") ?? undefined);
  const key = form.get("khoa") ?? "";
  const sheet = form.get("cach") === "sheet";
  const told = (outcomes) => { outcomes.forEach(mark); show(); };
  const waiting = [...rows.values()].filter((row) => row.dataset.state === "waiting");
  if (remote || key.startsWith("remote:")) {
    phone = new Phone({ desk, provider: key.replace("remote:", ""), sheet, told, waits });
  } else {
    const bridge = key === "token" && new Bridge(page.dataset.bridge, Number(page.dataset.seconds));
    run = new Run({ desk, bridge, sheet, told });
  }
  if (!remote) waiting.forEach(clear);
  fault.hidden = true;
  panel.hidden = false;
  show();
  try {
    if (remote) await phone.follow(remote);
    else await (phone ?? run).go(groups(waiting, sheet));
  } catch (error) {
    complain(error);
  }
  run = phone = null;
  waits(null);
  button.disabled = false;
  show();
}

// In sheet mode a class and a role are signed together, else the order of the rows is enough.
function groups(waiting, sheet) {
  const found = new Map();
  for (const { dataset } of waiting) {
    const group = sheet ? dataset.group ?? "" : "";
    const item = Object.fromEntries(names.map((name) => [name, dataset[name]]));
    found.set(group, [...(found.get(group) ?? []), item]);
  }
  return [...found.values()];
}

// `heldUp` says what holds the phone up, "" that nothing does, null that no phone is asked.
function waits(heldUp) {
  if (!phoneLine) return;
  phoneLine.hidden = heldUp === null;
  phoneLine.textContent = heldUp === null ? "" : heldUp || page.dataset.onPhone;
  cancel.hidden = heldUp === null;
  if (heldUp === null) cancel.disabled = false;
}

function clear(row) {
  row.querySelector("[data-why]").textContent = "";
  if (row.classList.contains("refused")) dress(row, "waiting");
  row.classList.remove("refused");
}

function mark({ code, sentence, ...item }) {
  const row = rows.get(key(item));
  if (!row) return;
  row.querySelector("[data-why]").textContent = code ? sentence : "";
  row.classList.toggle("refused", Boolean(code));
  if (!code) dress(row, "signed");
  else dress(row, "waiting", "refused");
}

function dress(row, state, looks = state) {
  row.dataset.state = state;
  const badge = page.querySelector(`template[data-badge="${looks}"]`).content.cloneNode(true);
  row.querySelector("[data-badge-place]").replaceChildren(badge);
}

function show() {
  const all = [...rows.values()].filter((row) => row.dataset.state !== "later");
  const signed = all.filter((row) => row.dataset.state === "signed").length;
  const refused = all.filter((row) => row.classList.contains("refused")).length;
  const left = all.length - signed;
  bar.max = all.length || 1;
  bar.value = signed;
  for (const place of page.querySelectorAll("[data-count]")) {
    place.textContent = { signed, left }[place.dataset.count];
  }
  if (!button.disabled || !run) {
    told.textContent = filled(refused ? page.dataset.toldRefused : page.dataset.toldSigned, { signed, all: all.length, refused });
  }
  const words = run ? "pause" : signed && !panel.hidden ? "goOn" : "go";
  button.textContent = filled(page.dataset[words], { left });
  button.hidden = Boolean(phone) || (!run && left === 0) || !page.querySelector("form");
  page.querySelectorAll("fieldset").forEach((set) => { set.disabled = Boolean(run ?? phone); });
  page.querySelector("[data-done]").hidden = left > 0 || panel.hidden;
  list(all.filter((row) => !run && row.classList.contains("refused")));
}

function list(refused) {
  panel.querySelector("[data-refused]").replaceChildren(...refused.map((row) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${row.id}`;
    link.textContent = row.dataset.name;
    line.append(link, `: ${row.querySelector("[data-why]").textContent}`);
    return line;
  }));
}

function complain(error) {
  const known = error instanceof Fault;
  if (!known) console.error(error);
  fault.querySelector("[data-sentence]").textContent =
    sentences[error.code] ?? (known ? error.detail : sentences["desk.server"]);
  const detail = known && error.code in sentences ? error.detail : "";
  fault.querySelector("[data-detail]").textContent = detail;
  fault.querySelector("[data-detail-line]").hidden = !detail;
  fault.querySelector("[data-help]").hidden = !String(error.code).startsWith("bridge.");
  fault.hidden = false;
  fault.focus();
}

// Every address may be asked twice without harm, so a lost answer is asked for again.
async function post(name, body) {
  const response = await sent(page.dataset[name], body);
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) {
    throw new Fault(response.status >= 500 ? "desk.server" : "desk.session_over");
  }
  const answer = await response.json();
  if (!response.ok) throw new Fault(answer.code, answer.sentence);
  return answer;
}

async function sent(address, body) {
  const request = {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": page.querySelector("[name=csrfmiddlewaretoken]").value },
    body: JSON.stringify(body),
    redirect: "manual", // a redirect means: sign in again
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await fetch(address, { ...request, signal: AbortSignal.timeout(60_000) });
    } catch {
      if (attempt === 2) throw new Fault("desk.network");
      await new Promise((done) => { setTimeout(done, 500 * 2 ** attempt); });
    }
  }
}

function key(item) {
  return names.map((name) => item[name]).join(" ");
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}
