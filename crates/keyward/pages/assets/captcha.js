// Finds the number that a form asks for, so that nobody has to read crooked letters.
// SHA-256 (FIPS 180-4) of one block: the browser's own digests one text at a time,
// and takes longer to be asked than to answer.
const K = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const H = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const W = new Uint32Array(64);
const turn = (x, n) => (x >>> n) | (x << (32 - n));
// The first word of the hash of `text`, at most 55 ASCII letters.
function digest(text) {
  W.fill(0, 0, 16);
  for (let i = 0; i < text.length; i++) W[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  W[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  W[15] = text.length * 8;
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15], y = W[i - 2];
    W[i] = W[i - 16] + W[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = H;
  for (let i = 0; i < 64; i++) {
    const s = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const t = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + s) | 0; d = c; c = b; b = a; a = (s + t) | 0;
  }
  return [a, b, c, d, e, f, g, h].map((x, i) => (x + H[i]) >>> 0);
}
const hex = (words) => words.map((x) => x.toString(16).padStart(8, "0")).join("");
const pause = () => new Promise((go) => setTimeout(go));
// In slices, so that typing is not held up.
async function solve({ salt, target, most }) {
  const first = parseInt(target.slice(0, 8), 16);
  let until = performance.now() + 12;
  for (let n = 0; n < most; n++) {
    const words = digest(`${salt}.${n}`);
    if (words[0] === first && hex(words) === target) return String(n);
    if ((n & 127) === 0 && performance.now() > until) {
      await pause();
      until = performance.now() + 12;
    }
  }
  throw new Error("no number fits");
}
for (const box of document.querySelectorAll("[data-captcha]")) {
  const { form } = box.querySelector("[name=captcha]");
  const token = form.elements.captcha_token, answer = form.elements.captcha;
  const said = box.querySelector("[role=status]");
  // Digits instead: for whoever has no script, or one that finds nothing.
  const other = box.querySelector("[data-captcha-other]");
  const work = async (task) => {
    answer.value = await solve(task);
    said.textContent = box.dataset.done;
  };
  // A page that stood open for long asks for another one.
  const renew = async () => {
    const reply = await fetch(box.dataset.renew, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ purpose: box.dataset.captcha, kind: "proof_of_work" }),
    });
    const task = await reply.json();
    await work(task);
    token.value = task.token;
  };
  const failed = () => {
    said.textContent = box.dataset.failed;
    other.hidden = false;
  };
  const loaded = performance.now();
  let solved = work({ ...box.dataset, most: Number(box.dataset.most) });
  solved.catch(failed);
  said.hidden = false;
  other.hidden = true;
  form.addEventListener("submit", (event) => {
    const is_old = performance.now() - loaded > 1000 * Number(box.dataset.renewAfter);
    if (answer.value && !is_old) return;
    event.preventDefault();
    if (is_old && !box.dataset.renewed) {
      box.dataset.renewed = "yes";
      box.dataset.renewAfter = "1e9";
      answer.value = "";
      solved = solved.catch(() => {}).then(renew);
    }
    solved.then(() => form.requestSubmit(event.submitter), failed);
  });
}
