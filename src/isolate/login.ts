/** What login a Codex home holds: only what kind, never anything of it. */
import { type Host, isNotFound, pathsOf, readText } from "../base/mod.ts";

/** `subscription`: a login at ChatGPT. `api_key`: a key that was entered. */
export type Login = "none" | "api_key" | "subscription";

const MAX_BYTES = 1 << 20;

/** Reads `auth.json` of a home; one that cannot be read is none. */
export function loginIn(host: Host, home: string): Login {
  try {
    const path = pathsOf(host.platform).join(home, "auth.json");
    const auth = JSON.parse(readText(host.fs, path, MAX_BYTES));
    if (typeof auth?.tokens === "object" && auth.tokens !== null) return "subscription";
    return typeof auth?.OPENAI_API_KEY === "string" && auth.OPENAI_API_KEY ? "api_key" : "none";
  } catch (error) {
    if (isNotFound(error) || error instanceof SyntaxError) return "none";
    throw error;
  }
}
