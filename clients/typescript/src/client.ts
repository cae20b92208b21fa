// The client: sends what the operations ask for.

import type { Call, ServerEvent } from "./call.js";
import type { Credentials } from "./credentials.js";
import { nobody, sessionToken } from "./credentials.js";
import { NextStep, Problem, UnexpectedReply, Unreachable } from "./errors.js";
import { Operations } from "./operations.js";
import type { Answer, Outcome, PostCanInput, Session } from "./types.js";

/** How a client is made. */
export interface Settings {
  /** Who asks. */
  credentials?: Credentials;
  /** Milliseconds for each attempt; 5,000 by default. */
  timeout?: number;
  /** How often what changes nothing is asked again; twice by default. */
  retries?: number;
  /** The longest `Retry-After` that is waited for, in milliseconds; 5,000 by default. */
  longestWait?: number;
  /** Sent with each request, such as `X-Forwarded-For` of a browser that is spoken for. */
  headers?: Record<string, string>;
  /** Allows plain HTTP beyond this machine: the network is trusted. */
  plaintext?: boolean;
  /** In place of the platform's own. */
  fetch?: typeof fetch;
}

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** A Keyward server, as seen by one caller. */
export class Keyward extends Operations {
  readonly #base: string;
  readonly #settings: Settings;
  readonly #credentials: Credentials;

  /** `url` is where the server is; in a page of the same host, its origin. */
  constructor(url: string, settings: Settings = {}) {
    super();
    this.#base = checkedUrl(url, settings.plaintext ?? false);
    this.#settings = settings;
    this.#credentials = settings.credentials ?? nobody;
  }

  /** The same server, asked with other credentials. */
  using(credentials: Credentials, headers: Record<string, string> = {}): Keyward {
    return new Keyward(this.#base, { ...this.#settings, credentials, headers: { ...this.#settings.headers, ...headers } });
  }

  /**
   * Signs in, and is a client of that session. Throws a `Problem`, and `NextStep` where
   * the password is right and something more is needed.
   */
  async signIn(identifier: string, password: string, remember = false): Promise<Keyward> {
    return this.#opened(await this.postSignIn({ identifier, password, remember, session: "token" }));
  }

  /** Answers what `signIn` threw, and is a client of the session. */
  async secondFactor(step: NextStep, code: string, method = "totp"): Promise<Keyward> {
    const { flow_id, flow_token } = step.outcome;
    return this.#opened(await this.postSignInMfa({ flow_id: flow_id ?? "", method, code, flow_token: flow_token ?? null }));
  }

  #opened(outcome: Outcome): Keyward {
    if (outcome.status !== "complete") throw new NextStep(outcome);
    if (!outcome.token) throw new UnexpectedReply("a session without its token");
    return this.using(sessionToken(outcome.token));
  }

  /** Ends the session. */
  signOut(): Promise<void> {
    return this.postSignOut();
  }

  /** The session of whoever asks. */
  session(): Promise<Session> {
    return this.getSession();
  }

  /**
   * Whether they may. `resource` is what it is about: `posts:42`, or what the application
   * knows of it. What cannot be decided is thrown: it is neither a yes nor a no.
   */
  async can(permission: string, resource?: string | PostCanInput["resource"], context?: PostCanInput["context"]): Promise<boolean> {
    if (typeof resource === "string") return granted(await this.getCan({ permission, resource }));
    const input: PostCanInput = { permission };
    if (resource !== undefined) input.resource = resource;
    if (context !== undefined) input.context = context;
    return granted(await this.postCan(input));
  }

  /**
   * The public keys that access tokens are signed by, as they are published (RFC 7517).
   * They are asked for as nobody: a credential of this client that is refused says nothing
   * about them.
   */
  async keySet(): Promise<unknown> {
    try {
      return await this.using(nobody).json({ method: "GET", path: "/.well-known/jwks.json", safe: true, options: {} });
    } catch (error) {
      // That there are none is no judgement of a token.
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      throw new UnexpectedReply("a server that publishes no keys", { cause: error });
    }
  }

  protected async json<T>(call: Call): Promise<T> {
    const response = await this.#send(call);
    await refuse(response);
    const text = await response.text();
    if (text === "") return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new UnexpectedReply("an answer that is no JSON");
    }
  }

  protected async bytes(call: Call): Promise<Uint8Array> {
    const response = await this.#send(call);
    await refuse(response);
    return new Uint8Array(await response.arrayBuffer());
  }

  protected async *events(call: Call): AsyncGenerator<ServerEvent, void, void> {
    const response = await this.#once(call, call.options.signal, { accept: "text/event-stream" });
    await refuse(response);
    if (!response.body) return;
    yield* readEvents(response.body);
  }

  async #send(call: Call): Promise<Response> {
    const times = this.#settings.retries ?? 2;
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt >= times || !call.safe;
      let pause = 100 * 2 ** attempt * (0.5 + Math.random() / 2);
      try {
        const limit = AbortSignal.timeout(this.#settings.timeout ?? 5_000);
        const own = call.options.signal;
        const response = await this.#once(call, own ? anySignal([own, limit]) : limit, {});
        const again = [429, 502, 503, 504].includes(response.status) && !last;
        const said = (retryAfter(response.headers) ?? 0) * 1_000;
        if (!again || said > (this.#settings.longestWait ?? 5_000)) return response;
        await response.body?.cancel();
        pause = Math.max(pause, said);
      } catch (error) {
        if (last || call.options.signal?.aborted || !(error instanceof Unreachable)) throw error;
      }
      await new Promise((done) => setTimeout(done, pause));
    }
  }

  async #once(call: Call, signal: AbortSignal | undefined, more: Record<string, string>): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json", ...this.#settings.headers, ...more, ...this.#credentials.headers() };
    const { ifMatch } = call.options;
    if (ifMatch !== undefined) headers["if-match"] = typeof ifMatch === "number" ? `"${ifMatch}"` : ifMatch;
    // A cookie counts for an unsafe method with JSON only, however empty.
    if (call.method !== "GET") headers["content-type"] = "application/json";
    const init: RequestInit = { method: call.method, headers, redirect: "manual", credentials: "same-origin" };
    if (call.body !== undefined) init.body = JSON.stringify(call.body);
    if (signal) init.signal = signal;
    const ask = this.#settings.fetch ?? fetch;
    let response: Response;
    try {
      response = await ask(this.#base + call.path + queryOf(call.query), init);
    } catch (error) {
      if (call.options.signal?.aborted) throw error;
      throw new Unreachable(String(error), { cause: error });
    }
    this.#credentials.keep(response.headers.getSetCookie?.() ?? []);
    return response;
  }
}

/** Yes or no. What could not be decided is neither. */
function granted(answer: Answer): boolean {
  if (typeof answer.allowed === "boolean") return answer.allowed;
  throw new Problem(503, { code: answer.code, title: "It cannot be decided right now." });
}

function checkedUrl(url: string, plaintext: boolean): string {
  const parts = new URL(url);
  const plain = parts.protocol === "http:";
  if ((!plain && parts.protocol !== "https:") || parts.search || parts.hash) {
    throw new TypeError(`${JSON.stringify(url)} is not the address of a server`);
  }
  if (parts.username || parts.password) throw new TypeError("an address with a password in it");
  if (plain && !LOOPBACK.includes(parts.hostname) && !plaintext) {
    throw new TypeError(`${JSON.stringify(url)} is not encrypted; plaintext: true says that the network is trusted`);
  }
  return url.replace(/\/+$/, "");
}

function queryOf(query: Record<string, unknown> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

/** Throws what an answer of 300 and more says. Redirects are not followed: they would
 * carry the credentials along. */
async function refuse(response: Response): Promise<void> {
  if (response.ok) return;
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || typeof (body as { code?: unknown }).code !== "string") {
    throw new UnexpectedReply(`${response.status}, without a code`);
  }
  throw new Problem(response.status, body as Record<string, unknown>, retryAfter(response.headers));
}

/** `Retry-After` in seconds (RFC 9110, section 10.2.3), however it is written. */
function retryAfter(headers: Headers): number | undefined {
  const said = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(said)) return Number(said);
  const when = /[A-Za-z]/.test(said) ? Date.parse(said) : Number.NaN;
  return Number.isNaN(when) ? undefined : Math.max(0, Math.round((when - Date.now()) / 1_000));
}

/** The first of them to end ends it: `AbortSignal.any` of newer platforms. */
function anySignal(signals: AbortSignal[]): AbortSignal {
  const made = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) made.abort(signal.reason);
    else signal.addEventListener("abort", () => made.abort(signal.reason), { once: true, signal: made.signal });
  }
  return made.signal;
}

/** Reads an event stream (WHATWG HTML, section 9.2). */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let [rest, name] = ["", "message"];
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [field = "", said = ""] = line.split(/: ?(.*)/s, 2);
        if (line === "") {
          if (data.length > 0 || name !== "message") yield { name, data: data.join("\n") };
          [name, data] = ["message", []];
        } else if (field === "event") name = said;
        else if (field === "data") data.push(said);
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
