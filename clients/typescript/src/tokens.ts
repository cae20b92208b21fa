// Access tokens, verified on this machine with the keys that the server publishes.

import type { Claims } from "./claims.js";
import { claims } from "./claims.js";
import type { Keyward } from "./client.js";
import { sessionToken } from "./credentials.js";
import { KeywardError, TokenRefused } from "./errors.js";
import { KeySet } from "./jose.js";

/** Seconds for which a set of keys is used without asking for a newer one. */
const FRESH = 300;
/** Seconds for which it is used while no newer one can be had. */
const KEPT = 2 * FRESH;
/** Seconds between two requests for a set that strangers' tokens may cause. */
const PAUSE = 10;

/** How tokens are verified. */
export interface TokenSettings {
  /** The server's public URL. */
  issuer: string;
  /** What the tokens are for; the issuer, unless `tokens.audience` says otherwise. */
  audience?: string;
  /** Seconds since 1970; the platform's clock by default. */
  clock?: () => number;
}

/**
 * Verifies access tokens on this machine. A token that is good here may belong to a session
 * that has ended: by default that is seen when it expires, in five minutes at most; with
 * `fresh: true` the server is asked as well.
 */
export class Tokens {
  readonly #client: Keyward;
  readonly #wanted: { issuer: string; audience: string };
  readonly #clock: () => number;
  #keys: KeySet | undefined;
  #readAt: number | undefined;
  #askedAt: number | undefined;
  #asking: Promise<KeySet> | undefined;

  constructor(client: Keyward, { issuer, audience = issuer, clock = () => Date.now() / 1_000 }: TokenSettings) {
    this.#client = client;
    this.#wanted = { issuer, audience };
    this.#clock = clock;
  }

  /**
   * What the token says. Throws `TokenRefused` where it opens nothing, and with `fresh` the
   * `Problem` of a session that has ended; `Unreachable` and its like where the keys or the
   * session cannot be looked at, which is neither a yes nor a no.
   */
  async verify(token: string, { fresh = false }: { fresh?: boolean } = {}): Promise<Claims> {
    const said = claims(await this.#opened(token), { ...this.#wanted, now: this.#clock() });
    if (fresh) {
      // The server looks at the session, the account and its epoch.
      const { id } = await this.#client.using(sessionToken(token)).getMe();
      if (id !== said.userId) throw new TokenRefused("wrong_subject");
    }
    return said;
  }

  async #opened(token: string): Promise<unknown> {
    const keys = await this.#keySet(FRESH);
    try {
      return await keys.opened(token);
    } catch (error) {
      if (!(error instanceof TokenRefused) || error.reason !== "unknown_key") throw error;
      return (await this.#keySet(PAUSE)).opened(token);
    }
  }

  /** A set of at most that age, or the newest that may be had now. */
  async #keySet(age: number): Promise<KeySet> {
    if (this.#keys && this.#isWithin(age, this.#readAt)) return this.#keys;
    const isResting = this.#isWithin(PAUSE, this.#askedAt) && this.#isWithin(KEPT, this.#readAt);
    if (this.#keys && isResting) return this.#keys;
    // Whoever comes meanwhile waits for the same answer.
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<KeySet> {
    const begun = this.#clock();
    try {
      this.#keys = await KeySet.read(await this.#client.keySet());
      this.#readAt = begun;
      return this.#keys;
    } catch (error) {
      // Keys that were good a moment ago still are; for how long is bounded.
      if (this.#keys && error instanceof KeywardError && this.#isWithin(KEPT, this.#readAt)) return this.#keys;
      throw error;
    } finally {
      this.#askedAt = this.#clock();
    }
  }

  #isWithin(seconds: number, since: number | undefined): boolean {
    const age = this.#clock() - (since ?? Number.NaN);
    return 0 <= age && age < seconds;
  }
}
