/** Secrets: what must not be shown. */
export { redact } from "./redact.ts";
