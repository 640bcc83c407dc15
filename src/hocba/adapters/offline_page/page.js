"use strict";
// Checks what the portal signed without network: base45, zlib, CBOR, COSE_Sign1 (ES256).
// Every reader takes one spelling, is bounded, and throws Bad for anything else. The same judgement
// in Python: hocba.core.offline. Written for browsers of 2018 on: no optional chaining, no BigInt.
(function () {
  class Bad extends Error {}
  const need = (condition, what) => { if (!condition) throw new Bad(what); };
  const MAX_TEXT = 909, MAX_SIGNED = 2048, CLAIM = -65537, TOLERANCE = 300;
  const STATES = ["in_force", "recalled", "court_sealed", "replaced"];

  // --- base45 (RFC 9285) ---
  const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  function base45(text) {
    const bytes = [];
    for (let at = 0; at < text.length; at += 3) {
      const part = text.slice(at, at + 3);
      let number = 0;
      for (let place = part.length - 1; place >= 0; place--) {
        const value = LETTERS.indexOf(part[place]);
        need(value >= 0, "base45");
        number = number * 45 + value;
      }
      need(part.length > 1 && number < (part.length === 3 ? 65536 : 256), "base45");
      if (part.length === 3) bytes.push(number >> 8);
      bytes.push(number & 255);
    }
    return Uint8Array.from(bytes);
  }

  function base64(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  }

  // --- zlib (RFC 1950, RFC 1951) ---
  const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
  const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
  const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
  const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
  const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

  function inflate(data, limit) {
    need(data.length > 6 && data[0] === 0x78 && (data[0] * 256 + data[1]) % 31 === 0 && !(data[1] & 32), "zlib");
    const out = new Uint8Array(limit);
    let at = 2, bit = 0, size = 0;
    function bits(count) {
      let value = 0;
      for (let place = 0; place < count; place++) {
        need(at < data.length, "zlib");
        value |= (data[at] >> bit & 1) << place;
        if (++bit === 8) { bit = 0; at++; }
      }
      return value;
    }
    function put(byte) { need(size < limit, "zlib"); out[size++] = byte; }
    function tree(lengths) {
      const counts = new Uint16Array(16), starts = new Uint16Array(16), symbols = [];
      lengths.forEach((length) => { counts[length]++; });
      counts[0] = 0;
      for (let length = 1; length < 16; length++) starts[length] = starts[length - 1] + counts[length - 1];
      lengths.forEach((length, symbol) => { if (length) symbols[starts[length]++] = symbol; });
      return { counts: counts, symbols: symbols };
    }
    function symbol(from) {
      let code = 0, first = 0, index = 0;
      for (let length = 1; length < 16; length++) {
        code |= bits(1);
        const count = from.counts[length];
        if (code - first < count) return from.symbols[index + code - first];
        index += count;
        first = first + count << 1;
        code <<= 1;
      }
      throw new Bad("zlib");
    }
    function dynamic() {
      const literals = bits(5) + 257, distances = bits(5) + 1, count = bits(4) + 4;
      need(literals <= 286 && distances <= 30, "zlib");
      const lengths = new Array(19).fill(0);
      for (let place = 0; place < count; place++) lengths[ORDER[place]] = bits(3);
      const codes = tree(lengths), all = [];
      while (all.length < literals + distances) {
        const value = symbol(codes);
        if (value < 16) { all.push(value); continue; }
        need(value > 16 || all.length, "zlib");
        const again = value === 16 ? all[all.length - 1] : 0;
        let times = value === 16 ? 3 + bits(2) : value === 17 ? 3 + bits(3) : 11 + bits(7);
        while (times--) all.push(again);
      }
      need(all.length === literals + distances, "zlib");
      return [tree(all.slice(0, literals)), tree(all.slice(literals))];
    }
    function fixed() {
      const lengths = [];
      for (let one = 0; one < 288; one++) lengths.push(one < 144 ? 8 : one < 256 ? 9 : one < 280 ? 7 : 8);
      return [tree(lengths), tree(new Array(30).fill(5))];
    }
    function stored() {
      if (bit) { bit = 0; at++; }
      need(at + 4 <= data.length, "zlib");
      let length = data[at] | data[at + 1] << 8;
      need((length ^ (data[at + 2] | data[at + 3] << 8)) === 65535, "zlib");
      at += 4;
      need(at + length <= data.length, "zlib");
      while (length--) put(data[at++]);
    }
    let last = 0;
    while (!last) {
      last = bits(1);
      const kind = bits(2);
      need(kind < 3, "zlib");
      if (kind === 0) { stored(); continue; }
      const trees = kind === 1 ? fixed() : dynamic();
      for (;;) {
        const value = symbol(trees[0]);
        if (value < 256) { put(value); continue; }
        if (value === 256) break;
        need(value < 286, "zlib");
        let length = LENGTHS[value - 257] + bits(LENGTH_BITS[value - 257]);
        const far = symbol(trees[1]);
        need(far < 30, "zlib");
        const distance = DISTANCES[far] + bits(DISTANCE_BITS[far]);
        need(distance <= size, "zlib");
        while (length--) put(out[size - distance]);
      }
    }
    if (bit) at++;
    let a = 1, b = 0;
    for (let place = 0; place < size; place++) { a = (a + out[place]) % 65521; b = (b + a) % 65521; }
    need(at + 4 === data.length && data[at] === b >> 8 && data[at + 1] === (b & 255), "zlib");
    need(data[at + 2] === a >> 8 && data[at + 3] === (a & 255), "zlib");
    return out.subarray(0, size);
  }

  // --- CBOR (RFC 8949), deterministic encoding only ---
  const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  class Tagged { constructor(number, value) { this.number = number; this.value = value; } }

  function cbor(data) {
    let at = 0;
    function take(length) { need(length <= data.length - at, "cbor"); at += length; return data.subarray(at - length, at); }
    function head() {
      const first = take(1)[0], kind = first >> 5, info = first & 31;
      if (info < 24) return [kind, info];
      need(info < 28 && kind !== 7, "cbor");
      let number = 0;
      const size = 1 << info - 24;
      take(size).forEach((byte) => { number = number * 256 + byte; });
      need(number <= Number.MAX_SAFE_INTEGER, "cbor");
      need(number >= (size === 1 ? 24 : Math.pow(2, 4 * size)), "cbor");
      return [kind, number];
    }
    function less(one, other) {
      for (let place = 0; place < Math.min(one.length, other.length); place++) {
        if (one[place] !== other[place]) return one[place] < other[place];
      }
      return one.length < other.length;
    }
    function map(length, depth) {
      const values = new Map();
      let before = null;
      for (let one = 0; one < length; one++) {
        const start = at, key = read(depth + 1), written = data.subarray(start, at);
        need(typeof key === "number" || typeof key === "string", "cbor");
        need(before === null || less(before, written), "cbor");
        before = written;
        values.set(key, read(depth + 1));
      }
      return values;
    }
    function read(depth) {
      need(depth <= 8, "cbor");
      const found = head(), kind = found[0], number = found[1];
      if (kind === 0) return number;
      if (kind === 1) return -1 - number;
      if (kind === 2) return take(number);
      if (kind === 3) { try { return UTF8.decode(take(number)); } catch (error) { throw new Bad("cbor"); } }
      if (kind === 6) return new Tagged(number, read(depth + 1));
      if (kind === 7) { need(number >= 20 && number <= 22, "cbor"); return number === 22 ? null : number === 21; }
      need(number <= data.length - at, "cbor");
      if (kind === 5) return map(number, depth);
      const items = [];
      for (let one = 0; one < number; one++) items.push(read(depth + 1));
      return items;
    }
    const value = read(0);
    need(at === data.length, "cbor");
    return value;
  }

  function bytesHead(length) {
    if (length < 24) return [64 | length];
    if (length < 256) return [88, length];
    if (length < 65536) return [89, length >> 8, length & 255];
    return [90, length >>> 24, length >> 16 & 255, length >> 8 & 255, length & 255];
  }

  function joined(parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    parts.forEach((part) => { whole.set(part, at); at += part.length; });
    return whole;
  }

  // --- COSE_Sign1 (RFC 9052) ---
  const isBytes = (value) => value instanceof Uint8Array;
  const hex = (bytes) => Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");

  function signedBytes(data, mediaType) {
    const tagged = cbor(data);
    need(tagged instanceof Tagged && tagged.number === 18 && Array.isArray(tagged.value), "cose");
    const parts = tagged.value;
    need(parts.length === 4 && parts[1] instanceof Map && parts[1].size === 0, "cose");
    need(isBytes(parts[0]) && isBytes(parts[2]) && isBytes(parts[3]) && parts[3].length === 64, "cose");
    const headers = cbor(parts[0]);
    need(headers instanceof Map && headers.get(1) === -7 && headers.size === (mediaType ? 3 : 2), "cose");
    need(isBytes(headers.get(4)) && headers.get(4).length === 8, "cose");
    need(!mediaType || headers.get(16) === mediaType, "cose");
    const context = [0x84, 0x6a].concat(Array.from("Signature1", (letter) => letter.charCodeAt(0)));
    const message = joined([context, bytesHead(parts[0].length), parts[0], [0x40], bytesHead(parts[2].length), parts[2]]);
    return { keyId: hex(headers.get(4)), payload: parts[2], signature: parts[3], message: message };
  }

  function verified(key, signed) {
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    return crypto.subtle.importKey("raw", base64(key.public_key), curve, false, ["verify"])
      .then((usable) => crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, usable, signed.signature, signed.message));
  }

  async function signers(signed, keys) {
    const named = keys.filter((key) => key.id === signed.keyId), good = [];
    for (const key of named) if (await verified(key, signed)) good.push(key);
    return { named: named, good: good };
  }

  const whole = (value) => Number.isInteger(value) && value >= 0;
  const text = (value) => typeof value === "string";
  const within = (key, seconds) => key.valid_from <= seconds && (key.valid_to === null || seconds < key.valid_to);

  // --- the claim on paper ---
  function claimOf(payload) {
    const outer = cbor(payload);
    need(outer instanceof Map && outer.size === 2 && whole(outer.get(6)) && outer.get(CLAIM) instanceof Map, "claim");
    const values = outer.get(CLAIM);
    need(values.get(1) === 1 && [2, 4, 6, 7, 10, 14, 15].every((at) => text(values.get(at))), "claim");
    need([3, 8, 9, 12, 16].every((at) => whole(values.get(at))) && values.get(16) < 4, "claim");
    need(isBytes(values.get(5)) && values.get(5).length === 4 && isBytes(values.get(11)) && values.get(11).length === 32, "claim");
    need(Array.isArray(values.get(13)) && values.get(13).every(isResult), "claim");
    need([17, 18].every((at) => !values.has(at) || text(values.get(at))), "claim");
    need(!values.has(19) || typeof values.get(19) === "boolean", "claim");
    need(Array.from(values.keys()).every((key) => whole(key) && key >= 1 && key <= 19), "claim");
    return { signedAt: outer.get(6), values: values };
  }

  function isResult(one) {
    const mark = (value) => value === null || typeof value === "boolean" || whole(value) || text(value);
    return Array.isArray(one) && (one.length === 2 || one.length === 3) && (whole(one[0]) || text(one[0])) && one.slice(1).every(mark);
  }

  // --- the status list ---
  async function listOf(token, keys, now) {
    const signed = signedBytes(token, "application/statuslist+cwt");
    const found = await signers(signed, keys);
    const values = cbor(signed.payload), size = values.get(CLAIM), packed = values.get(65533);
    need(text(values.get(1)) && whole(values.get(4)) && whole(values.get(6)), "status");
    need(whole(size) && size <= 100000000 && packed instanceof Map && packed.get("bits") === 2, "status");
    need(found.good.some((key) => key.origin === values.get(1) && within(key, values.get(6))), "status");
    need(values.get(6) - now <= TOLERANCE, "status");
    const bits = inflate(packed.get("lst"), Math.ceil(size / 4));
    need(bits.length === Math.ceil(size / 4), "status");
    return { origin: values.get(1), issuedAt: values.get(6), validUntil: values.get(4), size: size, bits: bits };
  }

  function stateIn(list, origin, index) {
    if (list.origin !== origin || index >= list.size) return null;
    return STATES[list.bits[index >> 2] >> index % 4 * 2 & 3];
  }

  // --- the judgement: word, reason, claim ---
  async function judge(input, keys, list, now) {
    let claim, signed;
    try {
      need(input.startsWith("HBS1:") && input.length <= MAX_TEXT, "claim");
      signed = signedBytes(inflate(base45(input.slice(5)), MAX_SIGNED), "");
      claim = claimOf(signed.payload);
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      return { word: "khong_phai_cua_truong", reason: "claim.unreadable" };
    }
    const found = await signers(signed, keys);
    if (!found.named.length) return { word: "chua_kiem_tra_duoc", reason: "claim.unknown_key" };
    if (!found.good.length) return { word: "khong_phai_cua_truong", reason: "claim.signature" };
    const key = found.good.find((one) => within(one, claim.signedAt));
    if (!key || claim.signedAt - now > TOLERANCE) return { word: "khong_phai_cua_truong", reason: "claim.key_dates" };
    const standing = standingOf(list, key.origin, claim.values.get(12), now);
    return { word: standing[0], reason: standing[1], claim: claim };
  }

  function standingOf(list, origin, index, now) {
    if (!list) return ["chua_kiem_tra_duoc", "status.none"];
    const state = stateIn(list, origin, index);
    if (state === null) return ["chua_kiem_tra_duoc", "status.not_listed"];
    if (state === "recalled") return ["da_thu_hoi", "log.recalled"];
    if (state === "replaced") return ["da_thay_the", "log.replaced"];
    if (state === "court_sealed") return ["chua_kiem_tra_duoc", "log.court_sealed"];
    if (now > list.validUntil) return ["chua_kiem_tra_duoc", "status.out_of_date"];
    return ["hop_le", ""];
  }

  // --- words ---
  const WORDS = {
    vi: {
      other: "English", product: "Học bạ số", title: "Kiểm tra học bạ giấy", lead: null, camera: null, picture: null, noCamera: null, stop: null,
      text: null, textHelp: null, check: null, compare: null, results: null, subject: null, year: null, again: null, file: null, fileHelp: null, choose: null, foot: null,
      empty: "Hãy quét hoặc dán nội dung mã QR.", noCode: "Không thấy mã QR có chữ ký trong ảnh này. Hãy chụp gần hơn, đủ sáng, không nghiêng.",
      cameraRefused: "Không mở được máy ảnh. Hãy cho phép dùng máy ảnh, hoặc chọn ảnh, hoặc dán nội dung.",
      noCrypto: "Trình duyệt này không kiểm tra được chữ ký khi mở trang từ tệp. Hãy mở bằng Chrome, Edge hoặc Firefox bản mới hơn.",
      until: "Tình trạng đến ngày {0}, dùng đến ngày {1}.", old: "Danh sách tình trạng đã cũ: chỉ biết đến ngày {0}. Hãy tải trang mới khi có mạng.",
      noList: "Trang này không có danh sách tình trạng đọc được: không biết học bạ nào đã bị thu hồi.",
      same: "✓ Đúng tệp đã phát hành.", other_file: "✗ Không phải tệp đã phát hành: tệp khác, hoặc đã bị sửa.",
      facts: { name: "Họ và tên", birth: "Ngày sinh", student: "Mã học sinh", lookup: "Mã tra cứu bắt đầu bằng", school: "Trường", schoolYear: "Năm học", className: "Lớp", learning: "Kết quả học tập", learningAgain: "Học tập sau đánh giá lại", conduct: "Kết quả rèn luyện", conductAgain: "Rèn luyện sau hè", promotion: "Lên lớp", completes: "Hoàn thành cấp học", digest: "SHA-256 của tệp XML", place: "Vị trí trong nhật ký", signedAt: "Cổng ký lúc" },
      promotions: ["Được lên lớp", "Được lên lớp sau đánh giá lại hoặc rèn luyện trong hè", "Không được lên lớp", "Chờ đánh giá lại hoặc rèn luyện trong hè"],
      yes: "Có", no: "Không",
      words: { hop_le: "Hợp lệ", da_thu_hoi: "Đã thu hồi", da_thay_the: "Đã thay thế", khong_phai_cua_truong: "Không phải của trường", chua_kiem_tra_duoc: "Chưa kiểm tra được" },
      sentences: {
        hop_le: "Mã do cổng ký, học bạ đang có hiệu lực. Bản in đúng khi mọi dòng dưới đây khớp với giấy.",
        da_thu_hoi: "Nhà trường đã thu hồi bản này. Bản này không còn giá trị sử dụng.",
        da_thay_the: "Nhà trường đã phát hành bản khác thay cho bản này. Hãy đòi bản mới.",
      },
      reasons: {
        "claim.unreadable": "Đây không phải mã QR có chữ ký của học bạ số, hoặc chép thiếu, chép sai.",
        "claim.unknown_key": "Mã do một khóa mà trang này không biết ký. Hãy tải trang mới rồi thử lại.",
        "claim.signature": "Chữ ký không khớp: nội dung mã đã bị sửa.",
        "claim.key_dates": "Khóa đã ký không có hiệu lực vào lúc đó.",
        "status.none": "Mã do cổng ký, nhưng không có danh sách tình trạng nên chưa biết còn hiệu lực không.",
        "status.not_listed": "Mã do cổng ký, nhưng học bạ được phát hành sau danh sách tình trạng của trang này. Hãy tải trang mới.",
        "status.out_of_date": "Mã do cổng ký, nhưng danh sách tình trạng đã quá hạn. Đến ngày của danh sách, học bạ đang có hiệu lực.",
        "log.court_sealed": "Học bạ đang được niêm phong theo quyết định của cơ quan có thẩm quyền.",
      },
    },
    en: {
      other: "Tiếng Việt", product: "Digital transcripts", title: "Check a paper transcript",
      lead: "This page works without a network and sends nothing. Scan the signed QR code to the left of the line “Mã tra cứu học bạ số” on the print.",
      camera: "Scan with the camera", picture: "Choose a picture of the QR code",
      noCamera: "This browser cannot scan by itself. Scan with your phone's QR app, copy the text and paste it here.",
      stop: "Stop scanning", text: "Text of the QR code", textHelp: "Starts with HBS1: and is about 500 characters long.", check: "Check",
      compare: "Compare every line below with the paper. One difference means that the paper was altered.", results: "Results of the year", subject: "Subject", year: "Year", again: "Reassessed",
      file: "Compare with the XML file", fileHelp: "If you have the transcript's XML file, choose it here to learn whether it is the one that was issued. It does not leave this machine.", choose: "Choose the XML file",
      foot: "The original of a digital transcript is the signed XML file. The QR code tells whether the paper agrees with what was issued.",
      empty: "Scan the QR code or paste its text.", noCode: "No signed QR code was found in this picture. Take it closer, well lit and straight.",
      cameraRefused: "The camera could not be opened. Allow its use, or choose a picture, or paste the text.",
      noCrypto: "This browser cannot check signatures on a page opened from a file. Use a newer Chrome, Edge or Firefox.",
      until: "Status as of {0}, to be used until {1}.", old: "The status list is old: it knows the time up to {0} only. Get a new page when you have a network.",
      noList: "This page has no readable status list: it does not know which transcripts were recalled.",
      same: "✓ This is the file that was issued.", other_file: "✗ Not the file that was issued: another file, or an altered one.",
      facts: { name: "Name", birth: "Born", student: "Student code", lookup: "Lookup code starts with", school: "School", schoolYear: "School year", className: "Class", learning: "Learning result", learningAgain: "Learning after reassessment", conduct: "Conduct result", conductAgain: "Conduct after the summer", promotion: "Promotion", completes: "Completes the level", digest: "SHA-256 of the XML file", place: "Place in the log", signedAt: "Signed by the portal" },
      promotions: ["Promoted", "Promoted after reassessment or summer training", "Not promoted", "Waiting for reassessment or summer training"],
      yes: "Yes", no: "No",
      words: { hop_le: "Valid", da_thu_hoi: "Recalled", da_thay_the: "Replaced", khong_phai_cua_truong: "Not of the school", chua_kiem_tra_duoc: "Could not be checked" },
      sentences: {
        hop_le: "The code was signed by the portal and the transcript is in force. The paper is right if every line below agrees with it.",
        da_thu_hoi: "The school recalled this version. It is no longer of use.",
        da_thay_the: "The school issued another version instead of this one. Ask for the new one.",
      },
      reasons: {
        "claim.unreadable": "This is no signed QR code of a transcript, or it was not copied whole.",
        "claim.unknown_key": "The code was signed by a key that this page does not know. Get a new page and try again.",
        "claim.signature": "The signature does not fit: the code was altered.",
        "claim.key_dates": "The key was not valid when it signed.",
        "status.none": "The code was signed by the portal, but without a status list nobody knows whether it is in force.",
        "status.not_listed": "The code was signed by the portal, but the transcript was issued after this page's status list. Get a new page.",
        "status.out_of_date": "The code was signed by the portal, but the status list is out of date. On its day the transcript was in force.",
        "log.court_sealed": "The transcript is sealed by decision of a competent authority.",
      },
    },
  };
  const SIGNS = { hop_le: ["passed", "✓ "], da_thu_hoi: ["failed", "✗ "], da_thay_the: ["failed", "✗ "], khong_phai_cua_truong: ["failed", "✗ "], chua_kiem_tra_duoc: ["unsure", "? "] };

  // --- the page ---
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const now = () => Math.floor(Date.now() / 1000);
  const says = Array.from(document.querySelectorAll("[data-say]"));
  says.forEach((place) => { WORDS.vi[place.dataset.say] = place.textContent; });
  let words = WORDS.vi, list = null, shown = null, problem = "";

  const two = (number) => (number + 100).toString().slice(1);
  const filled = (sentence, values) => sentence.replace(/\{(\d)\}/g, (_, at) => values[at]);
  function moment(seconds) {  // by the clock of Viet Nam, wherever the reader is
    const local = new Date((seconds + 7 * 3600) * 1000);
    return two(local.getUTCDate()) + "/" + two(local.getUTCMonth() + 1) + "/" + local.getUTCFullYear() + " " + two(local.getUTCHours()) + ":" + two(local.getUTCMinutes());
  }
  function mark(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "boolean") return value ? "Đ" : "CĐ";
    return text(value) ? value : Math.floor(value / 10) + "," + value % 10;
  }
  function element(kind, content, kindOfLook) {
    const made = document.createElement(kind);
    made.textContent = content;
    if (kindOfLook) made.className = kindOfLook;
    return made;
  }

  function speak(next) {
    words = next;
    document.documentElement.lang = words === WORDS.vi ? "vi" : "en";
    document.title = words.title;
    says.forEach((place) => { place.textContent = words[place.dataset.say]; });
    byId("language").textContent = words.other;
    byId("language").lang = words === WORDS.vi ? "en" : "vi";
    showFreshness();
    byId("problem").textContent = problem ? words[problem] : "";
    if (shown) show(shown);
  }

  function showFreshness() {
    const place = byId("freshness");
    place.hidden = false;
    const old = list && now() > list.validUntil;
    place.className = "note" + (!list || old ? " note--warning" : "");
    if (!list) place.textContent = words.noList;
    else place.textContent = filled(old ? words.old : words.until, [moment(list.issuedAt), moment(list.validUntil)]);
  }

  function complain(what) { problem = what; byId("problem").textContent = what ? words[what] : ""; }

  function show(verdict) {
    shown = verdict;
    const place = byId("verdict"), look = SIGNS[verdict.word];
    place.hidden = false;
    place.dataset.tone = look[0];
    place.dataset.word = verdict.word;
    place.dataset.reason = verdict.reason;
    byId("word").textContent = look[1] + words.words[verdict.word];
    byId("sentence").textContent = words.sentences[verdict.word] || words.reasons[verdict.reason];
    const aged = list && verdict.claim;
    byId("standing").textContent = aged ? filled(words.until, [moment(list.issuedAt), moment(list.validUntil)]) : "";
    byId("claim").hidden = !verdict.claim;
    ["facts", "rows", "same"].forEach((one) => { byId(one).textContent = ""; });
    byId("same").className = "";
    if (verdict.claim) showClaim(verdict.claim);
  }

  function showClaim(claim) {
    const values = claim.values, birth = values.get(3), facts = byId("facts"), year = values.get(8);
    const day = two(birth % 100) + "/" + two(Math.floor(birth / 100) % 100) + "/" + Math.floor(birth / 10000);
    const school = (values.get(7) ? values.get(7) + " " : "") + "(" + values.get(6) + ")";
    const completes = values.has(19) ? (values.get(19) ? words.yes : words.no) : "";
    [
      ["name", values.get(2)], ["birth", day], ["student", values.get(4)], ["lookup", hex(values.get(5))],
      ["school", school], ["schoolYear", year + "-" + (year + 1)], ["className", values.get(10)],
      ["learning", values.get(14)], ["learningAgain", values.get(17)], ["conduct", values.get(15)], ["conductAgain", values.get(18)],
      ["promotion", words.promotions[values.get(16)]], ["completes", completes],
      ["signedAt", moment(claim.signedAt)], ["place", String(values.get(12))], ["digest", hex(values.get(11)), "mono"],
    ].forEach((fact) => {
      if (!fact[1]) return;
      facts.append(element("dt", words.facts[fact[0]]), element("dd", fact[1], fact[2]));
    });
    const rows = byId("rows"), results = values.get(13), again = results.some((one) => one.length === 3);
    byId("again").hidden = !again;
    results.forEach((one) => {
      const row = document.createElement("tr"), name = text(one[0]) ? one[0] : data.subjects[one[0]] || String(one[0]);
      const subject = element("th", name);
      subject.scope = "row";
      row.append(subject, element("td", mark(one[1]), "figure"));
      if (again) row.append(element("td", mark(one[2]), "figure"));
      rows.append(row);
    });
  }

  async function check(input) {
    complain("");
    if (!input) { complain("empty"); byId("text").focus(); return; }
    if (!usable()) { complain("noCrypto"); return; }
    show(await judge(input, data.keys, list, now()));
    byId("verdict").focus();
    byId("verdict").scrollIntoView();
  }

  const usable = () => Boolean(window.crypto && crypto.subtle);
  // Line ends and blanks around come with pasting; blanks inside are letters of base45.
  const tidy = (value) => value.replace(/[\r\n\t]/g, "").replace(/^\s+/, "");

  byId("language").addEventListener("click", () => speak(words === WORDS.vi ? WORDS.en : WORDS.vi));
  byId("form").addEventListener("submit", (event) => { event.preventDefault(); check(tidy(byId("text").value)); });
  byId("file").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file || !shown || !shown.claim) return;
    const content = await new Response(file).arrayBuffer();
    const digest = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", content)));
    const same = digest === hex(shown.claim.values.get(11));
    byId("same").textContent = same ? words.same : words.other_file;
    byId("same").className = same ? "note" : "note note--failed";
    event.target.value = "";
  });

  // --- camera and pictures, where the browser reads codes itself ---
  let stream = null;
  function ours(codes) {
    const found = codes.find((one) => one.rawValue.startsWith("HBS1:"));
    return found ? found.rawValue : "";
  }
  function stop() {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    byId("scanner").hidden = true;
  }
  function take(value) { byId("text").value = value; return check(value); }

  async function scan(detector) {
    complain("");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
    } catch (error) { complain("cameraRefused"); return; }
    const video = byId("video");
    byId("scanner").hidden = false;
    video.srcObject = stream;
    await video.play();
    while (stream) {
      const value = ours(await detector.detect(video).catch(() => []));
      if (value) { stop(); await take(value); return; }
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }

  async function offerScanning() {
    const kinds = window.BarcodeDetector ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
    if (kinds.indexOf("qr_code") < 0) { byId("no-camera").hidden = false; return; }
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    byId("ways").hidden = byId("picture-label").hidden = false;
    byId("picture").addEventListener("change", async (event) => {
      const picture = await createImageBitmap(event.target.files[0]).catch(() => null);
      event.target.value = "";
      const value = picture ? ours(await detector.detect(picture).catch(() => [])) : "";
      if (value) await take(value); else complain("noCode");
    });
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
    byId("camera").hidden = false;
    byId("camera").addEventListener("click", () => scan(detector));
    byId("stop").addEventListener("click", stop);
  }

  async function begin() {
    if (usable() && data.list) {
      try { list = await listOf(base64(data.list), data.keys, now()); } catch (error) { if (!(error instanceof Bad)) throw error; }
    }
    if (!usable()) complain("noCrypto");
    showFreshness();
    await offerScanning();
    document.documentElement.dataset.ready = "1";
  }
  begin();
})();
