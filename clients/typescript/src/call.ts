// What a method of the API asks for, before anything is sent.

/** What may be said for one request. */
export interface Options {
  /** The version that a change is for, as `If-Match`. */
  ifMatch?: string | number;
  /** Ends the request early. */
  signal?: AbortSignal;
}

/** One request. `safe` says that asking again changes nothing. */
export interface Call {
  method: string;
  path: string;
  query?: Record<string, unknown>;
  body?: object;
  safe: boolean;
  options: Options;
}

/** An event of a stream: its name, and what it brings. */
export interface ServerEvent {
  name: string;
  data: string;
}

/**
 * A part of a path. One that would lead to another path is refused: an empty text, and
 * `.` and `..`, which are not parts but directions.
 */
export function segment(text: string): string {
  if (text === "" || text === "." || text === "..") {
    throw new TypeError(`${JSON.stringify(text)} cannot be part of a path`);
  }
  return encodeURIComponent(text);
}
