// Who asks: a session's token, an API key, or the cookies of a browser.

const OURS = /^(?:__Host-)?kw_[a-z]+$/;
const VALUE = /^[A-Za-z0-9._-]{1,512}$/;
/** As long as an access token may be. */
const BEARER = /^[A-Za-z0-9._~+/=-]{1,8192}$/;

/** What is sent along with a request. */
export interface Credentials {
  /** The headers that bring it. */
  headers(): Record<string, string>;
  /** Told of every `Set-Cookie` that came back. */
  keep(lines: string[]): void;
}

/** Nothing is sent by us. In a browser, `fetch` sends its own cookies. */
export const nobody: Credentials = { headers: () => ({}), keep: () => {} };

/** The token of a session, or another bearer token, as `Authorization: Bearer`. */
export function sessionToken(token: string): Credentials {
  if (!BEARER.test(token)) throw new TypeError("this is no bearer token");
  return { headers: () => ({ authorization: `Bearer ${token}` }), keep: () => {} };
}

/** An API key, as `X-Api-Key`. */
export function apiKey(key: string): Credentials {
  if (!BEARER.test(key)) throw new TypeError("this is no API key");
  return { headers: () => ({ "x-api-key": key }), keep: () => {} };
}

/**
 * The cookies of one browser, Keyward's and no others, for a server that speaks for it.
 * `changes` are the `Set-Cookie` lines that came back: hand them on.
 */
export class Cookies implements Credentials {
  readonly changes: string[] = [];
  readonly #values = new Map<string, string>();

  /** Those of a `Cookie` header that are Keyward's; one that is malformed is left out. */
  constructor(header = "") {
    for (const pair of header.split(";")) {
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      if (at > 0 && OURS.test(name) && VALUE.test(value)) this.#values.set(name, value);
    }
  }

  /** The token of the session, if there is one. */
  get session(): string | undefined {
    return this.#values.get("__Host-kw_session") ?? this.#values.get("kw_session");
  }

  headers(): Record<string, string> {
    if (this.#values.size === 0) return {};
    return { cookie: [...this.#values].map(([name, value]) => `${name}=${value}`).join("; ") };
  }

  keep(lines: string[]): void {
    for (const line of lines) {
      const [first = "", ...attributes] = line.split(";").map((part) => part.trim());
      const at = first.indexOf("=");
      const [name, value] = [first.slice(0, at), first.slice(at + 1)];
      if (at <= 0 || !OURS.test(name)) continue;
      this.changes.push(line);
      const gone = attributes.some((attribute) => attribute.toLowerCase().replace(/ /g, "") === "max-age=0");
      if (gone || value === "") this.#values.delete(name);
      else if (VALUE.test(value)) this.#values.set(name, value);
    }
  }
}
