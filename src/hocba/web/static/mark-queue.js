// The way of typed cells to the server. One request is out at a time; what is typed meanwhile goes
// with the next. Everything not yet answered lies in the browser too (keys and values, no names), so
// a lost answer is asked for again under the same key, and an expired session loses nothing.
const MOST = 300;
const WAITS = [1000, 2000, 5000, 15000, 30000];

export class Queue {
  // `told` gets { state, answer?, sentence? }; states: saving, saved, offline, signed_out, failed.
  constructor({ address, token, place, told }) {
    Object.assign(this, { address, token, place, told });
    const kept = this.#kept();
    this.waiting = new Map(kept.waiting.map((cell) => [name(cell), cell]));
    this.sent = kept.sent; // { request, cells }
    this.busy = false;
    this.failures = 0;
  }

  // Cells that nobody has answered yet, as typed last.
  get open() {
    return [...(this.sent?.cells ?? []).filter((cell) => !this.waiting.has(name(cell))), ...this.waiting.values()];
  }

  put(cells) {
    for (const cell of cells) this.waiting.set(name(cell), cell);
    this.#keep();
    this.go();
  }

  // A cell's answer is known or its writer gave in: nothing of it is to be sent.
  drop(cell) {
    this.waiting.delete(name(cell));
    this.#keep();
  }

  async go() {
    if (this.busy || (!this.sent && this.waiting.size === 0)) return;
    this.busy = true;
    clearTimeout(this.timer);
    if (!this.sent) {
      const cells = [...this.waiting.values()].slice(0, MOST);
      for (const cell of cells) this.waiting.delete(name(cell));
      this.sent = { request: crypto.randomUUID(), cells };
      this.#keep();
    }
    this.told({ state: "saving" });
    const outcome = await this.#post();
    this.busy = false;
    this.#take(outcome);
  }

  #take({ state, ...rest }) {
    if (state === "offline") {
      this.timer = setTimeout(() => this.go(), WAITS[Math.min(this.failures, WAITS.length - 1)]);
      this.failures += 1;
      this.told({ state, ...rest });
      return;
    }
    if (state === "signed_out") {
      this.told({ state });
      return;
    }
    this.failures = 0;
    const { cells } = this.sent;
    this.sent = null;
    for (const saved of rest.answer?.saved ?? []) { // typed again meanwhile: upon what stands now
      const later = this.waiting.get(name(saved));
      if (later) later.version = saved.version;
    }
    this.#keep();
    this.told({ state, cells, ...rest });
    this.go();
  }

  async #post() {
    let response;
    try {
      response = await fetch(this.address, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify(this.sent),
        redirect: "manual", // a redirect means: sign in again
        keepalive: true,
        signal: AbortSignal.timeout(30_000),
      });
    } catch {
      return { state: "offline" };
    }
    const json = response.headers.get("Content-Type")?.startsWith("application/json");
    if (response.status >= 500) return { state: "offline" };
    if (!json) return { state: "signed_out" };
    const answer = await response.json().catch(() => null);
    if (!answer) return { state: "offline" };
    return response.ok ? { state: "saved", answer } : { state: "failed", sentence: answer.sentence, code: answer.code };
  }

  #kept() {
    try {
      const { sent = null, waiting = [] } = JSON.parse(localStorage.getItem(this.place)) ?? {};
      return { sent, waiting };
    } catch {
      return { sent: null, waiting: [] };
    }
  }

  #keep() {
    try {
      if (!this.sent && this.waiting.size === 0) localStorage.removeItem(this.place);
      else localStorage.setItem(this.place, JSON.stringify({ sent: this.sent, waiting: [...this.waiting.values()] }));
    } catch {
      // A full or forbidden store: the cells still stand on the page and are on their way.
    }
  }
}

export function name({ row, column }) {
  return `${row} ${column}`;
}
