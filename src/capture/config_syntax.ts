import JSON5 from "json5";
import { parse } from "smol-toml";
import type { ProfileConfig } from "../profiles/mod.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Whether bytes are a whole document of a format. A byte order mark is allowed. */
export function isWellFormed(bytes: Uint8Array, format: ProfileConfig["format"]): boolean {
  try {
    const text = decoder.decode(bytes);
    if (format === "json") JSON.parse(text);
    else if (format === "json5") JSON5.parse(text);
    else parse(text);
    return true;
  } catch {
    // What is wrong is the doctor's to say; here only whether a second look may help.
    return false;
  }
}
