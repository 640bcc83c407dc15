// Signing with a service that asks on the person's phone: send, ask how far it is, take the outcomes.
// The server keeps everything; whoever comes back to the page goes on asking where it stands.

const PAUSE = 3000; // milliseconds between two questions; the server asks the service less often
const MOST = 100; // documents of one confirmation

export class Phone {
  #remote = null;

  constructor({ desk, provider, sheet, told, waits }) {
    Object.assign(this, { desk, provider, sheet, told, waits });
  }

  // One confirmation for each group, or for each hundred documents; a refusal ends the run, so that
  // nobody's phone rings again after a "no".
  async go(groups) {
    for (const group of groups) {
      const size = this.sheet ? group.length : MOST;
      for (let start = 0; start < group.length; start += size) {
        const items = group.slice(start, start + size);
        const answer = await this.desk.send(items, this.sheet, this.provider, unique());
        this.told(answer.outcomes);
        const outcomes = answer.remote ? await this.follow(answer.remote, answer.held_up) : answer.outcomes;
        if (!outcomes.some(({ code }) => !code)) return;
      }
    }
  }

  // Ask until the session has ended; return what became of its items.
  async follow(remote, heldUp = "") {
    this.#remote = remote;
    let answer = { remote, outcomes: [], held_up: heldUp };
    while (answer.remote) {
      this.waits(answer.held_up);
      await new Promise((done) => { setTimeout(done, PAUSE); });
      answer = await this.desk.ask(remote);
      this.told(answer.outcomes);
    }
    this.#remote = null;
    this.waits(null);
    return answer.outcomes;
  }

  async cancel() {
    if (this.#remote) this.told((await this.desk.giveUp(this.#remote)).outcomes);
  }
}

function unique() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
