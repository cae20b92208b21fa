// What an access token says (RFC 9068, section 2.2), and whether it is for us and for now.

import { TokenRefused } from "./errors.js";
import { isObject } from "./jose.js";

/** Seconds by which the clocks of two machines may differ. */
const LEEWAY = 60;

const TEXTS = ["iss", "sub", "aud", "jti", "sid", "acr"] as const;
const TEXTS_IF_ANY = ["client_id", "scope"] as const;
const TIMES = ["iat", "exp", "auth_time"] as const;

/** What a token says. It was true when it was made. Times are seconds since 1970. */
export interface Claims {
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
  /** Patterns of what it may at most do; `undefined` for all that the account may. */
  readonly scopes: readonly string[] | undefined;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly authTime: number;
  readonly aal: 1 | 2;
  readonly methods: readonly string[];
  readonly tokenId: string;
}

/** What must be true of a token. */
export interface Wanted {
  issuer: string;
  audience: string;
  /** Seconds since 1970. */
  now: number;
}

/** What was signed, if it is for us and for now. Throws `TokenRefused`. */
export function claims(said: unknown, wanted: Wanted): Claims {
  if (!isOurs(said)) throw new TokenRefused("malformed");
  if (said.iss !== wanted.issuer) throw new TokenRefused("wrong_issuer");
  if (said.aud !== wanted.audience) throw new TokenRefused("wrong_audience");
  // In this form, a clock that says nothing refuses.
  if (!(wanted.now < said.exp)) throw new TokenRefused("expired");
  if (!(Math.max(said.iat, said.nbf ?? said.iat) <= wanted.now + LEEWAY)) throw new TokenRefused("not_yet");
  if (!said.sub.startsWith("usr_") || !said.sid.startsWith("ses_")) throw new TokenRefused("wrong_subject");
  return {
    userId: said.sub,
    sessionId: said.sid,
    clientId: said.client_id ?? "",
    scopes: said.scope?.split(" ").filter((pattern) => pattern !== ""),
    issuedAt: said.iat,
    expiresAt: said.exp,
    authTime: said.auth_time,
    aal: said.acr === "aal2" ? 2 : 1,
    methods: said.amr,
    tokenId: said.jti,
  };
}

type Said = Record<(typeof TEXTS)[number], string> &
  Partial<Record<(typeof TEXTS_IF_ANY)[number], string>> &
  Record<(typeof TIMES)[number], number> & { nbf?: number; amr: string[] };

function isOurs(said: unknown): said is Said {
  if (!isObject(said)) return false;
  const { acr, amr, nbf = 0 } = said;
  return (
    TEXTS.every((name) => typeof said[name] === "string") &&
    TEXTS_IF_ANY.every((name) => said[name] === undefined || typeof said[name] === "string") &&
    TIMES.every((name) => Number.isSafeInteger(said[name])) &&
    Number.isSafeInteger(nbf) &&
    Array.isArray(amr) &&
    amr.every((method) => typeof method === "string") &&
    (acr === "aal1" || acr === "aal2")
  );
}
