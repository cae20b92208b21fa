// Keyward from TypeScript and JavaScript: sign-in, users and permissions.

export type { Call, Options, ServerEvent } from "./call.js";
export { Keyward } from "./client.js";
export type { Settings } from "./client.js";
export { Cookies, apiKey, nobody, sessionToken } from "./credentials.js";
export type { Credentials } from "./credentials.js";
export { KeywardError, NextStep, Problem, UnexpectedReply, Unreachable } from "./errors.js";
export type { FieldError } from "./errors.js";
export type * from "./types.js";
