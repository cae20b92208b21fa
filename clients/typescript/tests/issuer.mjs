// An issuer that the test plays: keys of its own, and a server that publishes them.

import { Keyward, Tokens } from "../dist/index.js";

export const ISSUER = "https://auth.example.com";
export const NOW = 1_700_000_000;
export const SAID = {
  iss: ISSUER, sub: "usr_1", aud: ISSUER, client_id: "", iat: NOW, exp: NOW + 300, jti: "1",
  auth_time: NOW, acr: "aal1", amr: ["password"], sid: "ses_1", epoch: 0,
};

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) };
const KINDS = {
  EdDSA: { name: "Ed25519" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: { ...RSA, modulusLength: 2048 },
};

export const encode = (data) => Buffer.from(data).toString("base64url");
export const part = (value) => encode(JSON.stringify(value));

/** A key of an issuer, of each kind that there is. */
export class Key {
  static async made(kind, name = "key_1") {
    const key = new Key();
    Object.assign(key, { kind, name, pair: await crypto.subtle.generateKey(KINDS[kind], true, ["sign", "verify"]) });
    const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", key.pair.publicKey);
    key.jwk = JSON.parse(JSON.stringify({ kid: name, alg: kind, use: "sig", kty, crv, x, y, n, e }));
    return key;
  }

  get head() {
    return { alg: this.kind, kid: this.name, typ: "at+jwt" };
  }

  sign(said, head = this.head) {
    return this.seal(part(head), part(said));
  }

  /** A signature under whatever stands there. */
  async seal(head, body) {
    return `${head}.${body}.${encode(await this.signature(`${head}.${body}`))}`;
  }

  async signature(text) {
    return Buffer.from(await crypto.subtle.sign(KINDS[this.kind], this.pair.privateKey, Buffer.from(text)));
  }
}

/** A server that publishes keys, and knows whose tokens are still good. */
export class Issuer {
  asked = [];
  requests = [];
  isUp = true;
  hasEnded = false;

  constructor(...keys) {
    this.keys = keys.map((key) => key.jwk ?? key);
  }

  answer(path) {
    if (path === "/.well-known/jwks.json") return { keys: this.keys };
    return this.hasEnded ? { status: 401, code: "session_revoked", title: "Over." } : { id: "usr_1" };
  }

  fetch = async (url, init) => {
    const { pathname } = new URL(url);
    this.asked.push(pathname);
    this.requests.push(init);
    // An answer takes a while: others come meanwhile.
    await new Promise((done) => setImmediate(done));
    if (!this.isUp) throw new TypeError("down");
    const body = this.answer(pathname);
    return new Response(JSON.stringify(body), { status: body.status ?? 200 });
  };
}

/** What verifies the tokens of an issuer, at a moment that the test moves. */
export function tokens(issuer, { clock = { now: NOW }, client = {}, ...settings } = {}) {
  const keyward = new Keyward("http://localhost:1", { fetch: issuer.fetch, retries: 0, ...client });
  return new Tokens(keyward, { issuer: ISSUER, clock: () => clock.now, ...settings });
}

/** What `assert.rejects` compares a refusal with. */
export const refused = (reason) => ({ name: "TokenRefused", status: 401, code: "unauthenticated", reason });
