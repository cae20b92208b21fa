// Keyward from TypeScript and JavaScript: sign-in, users and permissions.

export type { Call, Options, ServerEvent } from "./call.js";
export type { Claims } from "./claims.js";
export { Keyward } from "./client.js";
export type { Settings } from "./client.js";
export { Cookies, apiKey, nobody, sessionToken } from "./credentials.js";
export type { Credentials } from "./credentials.js";
export { KeywardError, NextStep, Problem, TokenRefused, UnexpectedReply, Unreachable, Unsupported } from "./errors.js";
export type { FieldError, TokenFault } from "./errors.js";
export { Tokens } from "./tokens.js";
export type { TokenSettings } from "./tokens.js";
export type * from "./types.js";
