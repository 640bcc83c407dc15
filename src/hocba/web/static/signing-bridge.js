// Signing with a USB token through the signing software of this very machine (VGCA Sign Service):
// one WebSocket, one question, one answer, close. Knows no sentences and no page: faults are codes,
// worded by adapters/wording/bridge.py; what to do with outcomes is up to whoever starts a run.

const CANCELLED = 11; // the service's status when the PIN box is closed
const LONGEST_ANSWER = 64 * 1024;
const BATCH = 10; // few enough that what is prepared is still fresh after ten PINs
const MOST_WRONG = 3;

export class Fault extends Error {
  constructor(code, detail = "") {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

export class Bridge {
  constructor(address, seconds) {
    this.address = address;
    this.seconds = seconds;
  }

  // The certificate on the token in base64, null where this version of the service does not give
  // it: then the check after signing alone decides.
  async certificate() {
    const answer = await this.#ask("GetCertInfo", "get_cert_info", "bridge.no_token");
    const given = answer.CertInfo?.Base64Data ?? answer.CertBase64 ?? answer.Certificate;
    const text = typeof given === "string" ? bare(given) : "";
    return text.startsWith("MII") ? text : null; // DER of any certificate: a SEQUENCE of > 255 bytes
  }

  // The signature over a SHA-256 digest, both in base64, made with the expected certificate.
  async sign(digest, certificate) {
    const question = JSON.stringify({ HashAlg: "SHA256", HashValue: digest, Encode: "RSA" });
    const answer = await this.#ask("SignMsg", question, "bridge.refused");
    if (typeof answer.Signature !== "string" || !answer.Signature) {
      throw new Fault("bridge.unreadable");
    }
    if (typeof answer.CertBase64 === "string" && bare(answer.CertBase64) !== bare(certificate)) {
      throw new Fault("bridge.other_certificate");
    }
    return bare(answer.Signature);
  }

  async #ask(name, question, refusedCode) {
    const text = await this.#exchange(name, question);
    const answer = read(text);
    if (answer.Status === 0) return answer;
    if (answer.Status === CANCELLED) throw new Fault("bridge.cancelled");
    throw new Fault(refusedCode, String(answer.Error ?? answer.Message ?? "").slice(0, 200));
  }

  // The first answer ends the exchange: a second one, or one that comes late, finds nobody there
  // and can never be taken for the answer to the next question.
  #exchange(name, question) {
    return new Promise((resolve, reject) => {
      const socket = open(`${this.address}/${name}`);
      let opened = false;
      const end = (settle, value) => {
        clearTimeout(timer);
        socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
        socket.close();
        settle(value);
      };
      const fail = (code) => end(reject, new Fault(code));
      const timer = setTimeout(
        () => fail(opened ? "bridge.timeout" : "bridge.unreachable"),
        this.seconds * 1000,
      );
      socket.onopen = () => { opened = true; socket.send(question); };
      socket.onmessage = (event) => end(resolve, event.data);
      socket.onerror = socket.onclose = async () => {
        clearTimeout(timer);
        const code = (await forbidden()) ? "bridge.blocked" : "bridge.unreachable";
        fail(opened ? "bridge.no_answer" : code);
      };
    });
  }
}

// One run over the items of one signer: slots of a class, or printed copies for the seal. `desk`
// speaks with the server: check, prepare, complete, and demo in the demo. What is complete is known
// there, so a run needs no memory: after a pause, a fault or a reload, a new run over what is still
// waiting goes on.
export class Run {
  #paused = false;
  #wrong = 0;

  constructor({ desk, bridge, sheet, told }) {
    Object.assign(this, { desk, bridge, sheet, told });
  }

  // Takes effect before the next question to the token: a signature once made is always sent.
  pause() { this.#paused = true; }

  // `groups` of items: each is one sheet in sheet mode, of one class and one role.
  async go(groups) {
    if (this.bridge) {
      const certificate = await this.bridge.certificate();
      if (certificate) await this.desk.check(certificate);
    }
    for (const group of groups) {
      const size = this.sheet ? group.length : BATCH;
      for (let start = 0; start < group.length && !this.#paused; start += size) {
        const batch = group.slice(start, start + size);
        if (this.bridge) await this.#batch(batch);
        else this.told(await this.desk.demo(batch, this.sheet));
      }
    }
  }

  async #batch(batch) {
    const { ready, outcomes, certificate } = await this.desk.prepare(batch, this.sheet);
    this.told(outcomes);
    // In sheet mode all share a digest: the token is asked once for all of them.
    for (const digest of new Set(ready.map((item) => item.digest))) {
      if (this.#paused) return;
      const items = ready.filter((item) => item.digest === digest);
      const signature = await this.bridge.sign(digest, certificate);
      for (let start = 0; start < items.length; start += BATCH) {
        const part = items.slice(start, start + BATCH);
        await this.#complete(part.map((item) => ({ ...item, signature })));
      }
    }
  }

  async #complete(items) {
    const outcomes = await this.desk.complete(items);
    this.told(outcomes);
    for (const { code } of outcomes) {
      this.#wrong = code === "signing.invalid_signature" ? this.#wrong + 1 : 0;
      if (this.#wrong === MOST_WRONG) throw new Fault("bridge.repeated");
    }
  }
}

// Since Chrome 147 a page may reach this machine only with the person's leave.
async function forbidden() {
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      if ((await navigator.permissions.query({ name })).state === "denied") return true;
    } catch { /* this browser does not know the name */ }
  }
  return false;
}

// Firefox throws where the page's policy forbids the address, Chrome says so later.
function open(address) {
  try {
    return new WebSocket(address);
  } catch {
    throw new Fault("bridge.unreachable");
  }
}

function read(text) {
  try {
    if (typeof text === "string" && text.length <= LONGEST_ANSWER) {
      const answer = JSON.parse(text);
      if (answer && typeof answer === "object" && "Status" in answer) return answer;
    }
  } catch { /* told below */ }
  throw new Fault("bridge.unreadable");
}

// Base64 as the services send it: with line breaks, sometimes dressed as PEM.
function bare(text) {
  return text.replace(/-----[A-Z ]+-----/g, "").replace(/\s/g, "");
}
