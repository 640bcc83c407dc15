// What a typed mark says and which average it makes, so that the page can show both while somebody
// types. The law's numbers come with the page; that both functions agree with `core/assessment` is
// tested cell by cell. The server decides: what it answers replaces what is shown here.
const LEVELS = { đ: "Đ", d: "Đ", đạt: "Đ", dat: "Đ", cđ: "CĐ", cd: "CĐ", "chưa đạt": "CĐ", "chua dat": "CĐ", chưađạt: "CĐ" };
const HIGHEST = 100;

// Returns { value, problem, suggestion }; no value and no problem: nothing is written there.
export function readMark(typed, form) {
  const words = typed.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();
  if (!words) return { value: null };
  const level = Object.hasOwn(LEVELS, words) ? LEVELS[words] : null;
  const number = /^(\d{1,4})(?:[.,](\d{1,10}))?$/.exec(words);
  if (form === "remark") {
    if (level) return { value: level };
    return { value: null, problem: number ? "mark.form" : "mark.words" };
  }
  if (level) return { value: null, problem: "mark.form" };
  if (!number) return { value: null, problem: /^-\d{1,4}([.,]\d{1,10})?$/.test(words) ? "mark.range" : "mark.words" };
  return scored(Number(number[1]), (number[2] ?? "").replace(/0+$/, ""));
}

function scored(whole, decimals) {
  if (!decimals && whole > 10 && whole < HIGHEST) {
    return { value: null, problem: "mark.scale", suggestion: `${Math.floor(whole / 10)},${whole % 10}` };
  }
  if (decimals.length > 1) return { value: null, problem: "mark.precision" };
  const tenths = whole * 10 + Number(decimals || 0);
  return tenths > HIGHEST ? { value: null, problem: "mark.range" } : { value: tenths };
}

// The text of a mark or an average: 8,5; Đ; nothing.
export function shown(value) {
  return typeof value === "number" ? `${Math.floor(value / 10)},${value % 10}` : (value ?? "");
}

// The term's result over { regular: [...], midterm, final }; null over an incomplete set.
export function termResult({ regular, midterm, final }, rules) {
  const taken = regular.slice(0, regular.findLastIndex((mark) => mark !== null) + 1);
  const right = taken.length === rules.required || (taken.length > rules.required && !rules.exact);
  const periodic = rules.midterm ? [midterm, final] : [final];
  if (!right || [...taken, ...periodic].includes(null)) return null;
  if (rules.form === "remark") {
    const all = [...taken, ...periodic];
    const passed = all.filter((mark) => mark === "Đ").length;
    const [share, whole] = rules.share;
    return final === "Đ" && passed * whole >= all.length * share ? "Đ" : "CĐ";
  }
  const { weights } = rules;
  let total = weights.regular * taken.reduce((sum, mark) => sum + mark, 0) + weights.final * final;
  let divisor = weights.regular * taken.length + weights.final;
  if (rules.midterm) {
    total += weights.midterm * midterm;
    divisor += weights.midterm;
  }
  return Math.floor((2 * total + divisor) / (2 * divisor));
}
