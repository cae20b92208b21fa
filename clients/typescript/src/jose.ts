// The public keys of a set (RFC 7517, RFC 8037), and what they signed (RFC 7515), with the
// platform's own cryptography.
//
// Which algorithm a token is verified by is said by the key, never by the token: its head
// must be exactly that of the key. Symmetric keys are not taken, nor keys that come along
// in a token.

import { TokenRefused, UnexpectedReply, Unsupported } from "./errors.js";

/** Characters of a token, at most. */
const LONGEST = 8 * 1024;
/** Keys of a set, at most. */
const MOST_KEYS = 64;

type Members = Record<string, unknown>;

/** A kind of key: what it is called, what the platform calls it, and what it is made of. */
interface Kind {
  algorithm: string;
  kty: string;
  crv?: string;
  platform: AlgorithmIdentifier & Partial<EcdsaParams & EcKeyImportParams>;
  members: string[];
  isSound(...numbers: Uint8Array[]): boolean;
}

const KINDS: Kind[] = [
  {
    algorithm: "EdDSA",
    kty: "OKP",
    crv: "Ed25519",
    platform: { name: "Ed25519" },
    members: ["x"],
    isSound: (x) => x?.length === 32,
  },
  {
    algorithm: "ES256",
    kty: "EC",
    crv: "P-256",
    platform: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
    members: ["x", "y"],
    isSound: (x, y) => x?.length === 32 && y?.length === 32,
  },
  {
    algorithm: "RS256",
    kty: "RSA",
    platform: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    members: ["n", "e"],
    isSound: (n, e) => isBetween(2048, n, 8192) && isBetween(2, e, 64) && isOdd(e),
  },
];

interface Key {
  kind: Kind;
  /** Missing where this platform does not know the algorithm. */
  handle: CryptoKey | undefined;
}

/** Keys by their names (`kid`). One that is none, or has no name, is left out. */
export class KeySet {
  readonly #keys: ReadonlyMap<string, Key>;

  private constructor(keys: Map<string, Key>) {
    this.#keys = keys;
  }

  /** The keys of a document. Throws `UnexpectedReply` where it is no set of keys. */
  static async read(document: unknown): Promise<KeySet> {
    const all = isObject(document) ? document["keys"] : undefined;
    if (!Array.isArray(all) || all.length > MOST_KEYS) throw new UnexpectedReply("a set of keys that is none");
    const keys = new Map<string, Key>();
    for (const jwk of all as unknown[]) {
      const key = isObject(jwk) ? await keyOf(jwk) : undefined;
      if (key) keys.set(...key);
    }
    return new KeySet(keys);
  }

  get size(): number {
    return this.#keys.size;
  }

  /** What a token says, if a key of these signed it. Throws `TokenRefused`; where the
   * reason is `unknown_key`, a newer set may help. */
  async opened(token: string): Promise<unknown> {
    if (typeof token !== "string" || token.length > LONGEST) throw new TokenRefused("malformed");
    const [head = "", body = "", signature = "", ...more] = token.split(".", 4);
    const bytes = decode(signature);
    if (!bytes || more.length > 0) throw new TokenRefused("malformed");
    const { kind, handle } = this.#signer(head);
    if (!handle) throw new Unsupported(`this platform cannot verify ${kind.algorithm}`);
    const signed = new TextEncoder().encode(`${head}.${body}`);
    if (!(await verified(kind, handle, bytes, signed))) throw new TokenRefused("wrong_signature");
    return parse(body);
  }

  /** The key of a head (RFC 9068, section 2.1) that says that, its kind, and no more. */
  #signer(head: string): Key {
    const said = parse(head);
    if (!isObject(said) || typeof said["kid"] !== "string") throw new TokenRefused("malformed");
    const key = this.#keys.get(said["kid"]);
    if (!key) throw new TokenRefused("unknown_key");
    const isOurs = said["alg"] === key.kind.algorithm && said["typ"] === "at+jwt" && Object.keys(said).length === 3;
    if (!isOurs) throw new TokenRefused("malformed");
    return key;
  }
}

/** The name and the key, where it is one that signs. */
async function keyOf(jwk: Members): Promise<[string, Key] | undefined> {
  const kind = KINDS.find((kind) => kind.kty === jwk["kty"] && kind.crv === jwk["crv"]);
  const { kid, use = "sig", alg = kind?.algorithm } = jwk;
  if (!kind || typeof kid !== "string" || use !== "sig" || alg !== kind.algorithm) return undefined;
  const numbers = kind.members.map((name) => decode(jwk[name]));
  if (!numbers.every((found) => found !== undefined) || !kind.isSound(...numbers)) return undefined;
  // The platform is told what makes it a key, and nothing else of what it says.
  const plain = Object.fromEntries(["kty", "crv", ...kind.members].map((name) => [name, jwk[name]]));
  try {
    // Pages of a plain HTTP address have no `subtle`.
    const handle = await globalThis.crypto?.subtle?.importKey("jwk", plain, kind.platform, false, ["verify"]);
    return [kid, { kind, handle }];
  } catch (error) {
    return (error as Error).name === "DataError" ? undefined : [kid, { kind, handle: undefined }];
  }
}

async function verified(kind: Kind, key: CryptoKey, signature: Bytes, signed: Bytes): Promise<boolean> {
  try {
    return await crypto.subtle.verify(kind.platform, key, signature, signed);
  } catch (error) {
    throw new Unsupported(`this platform failed to verify ${kind.algorithm}`, { cause: error });
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Base64url without padding, in the one way in which it can be written. */
function decode(text: unknown): Bytes | undefined {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return undefined;
  const plain = text.replace(/-/g, "+").replace(/_/g, "/");
  const found = atob(plain);
  // `atob` passes over bits that are left.
  if (btoa(found).replace(/=+$/, "") !== plain) return undefined;
  return Uint8Array.from(found, (letter) => letter.charCodeAt(0));
}

/** JSON as our server writes it, without a blank. So nothing in it is said twice. */
function parse(part: string): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(decode(part));
    const found: unknown = JSON.parse(text);
    if (JSON.stringify(found) === text) return found;
  } catch {
    // Said below.
  }
  throw new TokenRefused("malformed");
}

export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBetween(least: number, number: Uint8Array | undefined, most: number): boolean {
  const [first = 0] = number ?? [];
  const bits = 8 * (number?.length ?? 0) - Math.clz32(first) + 24;
  // RFC 7518, section 6.3.1.1: as few bytes as there are.
  return first !== 0 && least <= bits && bits <= most;
}

function isOdd(number: Uint8Array | undefined): boolean {
  return (number?.at(-1) ?? 0) % 2 === 1;
}
