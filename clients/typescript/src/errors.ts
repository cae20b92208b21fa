// What goes wrong. `Problem` is an answer of the server that says no (RFC 9457);
// `Unreachable` and `UnexpectedReply` mean that there was no answer, which is never to be
// taken for a no or a yes.

import type { Code, Outcome } from "./types.js";

/** Anything that goes wrong here. */
export class KeywardError extends Error {
  override readonly name: string = "KeywardError";
}

/** The server could not be asked, or did not answer in time. */
export class Unreachable extends KeywardError {
  override readonly name = "Unreachable";
}

/** What answered is not Keyward, or much newer. */
export class UnexpectedReply extends KeywardError {
  override readonly name = "UnexpectedReply";
}

/** A field that is wrong. */
export interface FieldError {
  field: string;
  code: string;
  message?: string;
}

/** The server refused, or failed, and says why. */
export class Problem extends KeywardError {
  override readonly name: string = "Problem";
  readonly status: number;
  /** Stable: never renamed, never translated. */
  readonly code: Code | (string & {});
  readonly title: string;
  readonly detail: string | undefined;
  readonly instance: string | undefined;
  readonly errors: FieldError[];
  /** Seconds, where it is worth coming again. */
  readonly retryAfter: number | undefined;
  /** All that the problem says, such as `permission` or `purpose`. */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Record<string, unknown>, retryAfter?: number) {
    const text = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : undefined);
    super(`${status} ${text("code")}: ${text("detail") ?? text("title")}`);
    this.status = status;
    this.code = text("code") ?? "";
    this.title = text("title") ?? "";
    this.detail = text("detail");
    this.instance = text("instance");
    this.errors = Array.isArray(body["errors"]) ? (body["errors"] as FieldError[]) : [];
    this.retryAfter = typeof body["retry_after"] === "number" ? body["retry_after"] : retryAfter;
    this.body = body;
  }

  /** Whether nobody is signed in, or not with this: 401. */
  get isUnauthenticated(): boolean {
    return this.status === 401;
  }

  /** Whether they may not: 403. */
  get isForbidden(): boolean {
    return this.status === 403;
  }
}

/** Signing in goes on: nothing is open yet. */
export class NextStep extends KeywardError {
  override readonly name = "NextStep";
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super(outcome.status);
    this.outcome = outcome;
  }
}

/** Why a token opens nothing: for the log, and not for whoever sent it. */
export type TokenFault =
  | "malformed"
  | "unknown_key"
  | "wrong_signature"
  | "wrong_issuer"
  | "wrong_audience"
  | "expired"
  | "not_yet"
  | "wrong_subject";

/** A token that opens nothing, refused here in the form in which the server would: 401,
 * `unauthenticated`. */
export class TokenRefused extends Problem {
  override readonly name = "TokenRefused";
  readonly reason: TokenFault;

  constructor(reason: TokenFault) {
    super(401, { code: "unauthenticated", title: "Please sign in.", status: 401 });
    this.reason = reason;
  }
}

/** This platform cannot verify what that key signed. It is neither a yes nor a no. */
export class Unsupported extends KeywardError {
  override readonly name = "Unsupported";
}
