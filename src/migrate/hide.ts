/** Nothing that is printed or reported holds a key: rules of facts C2, and those of all output. Pure. */
import { redact } from "../seal/mod.ts";

const SECRET_KEY =
  /^(?!.*(?:LeftOut|envVar)$).*(?:token|auth(?:orization)?$|api[-_]?key|password|passphrase|cookie|credential|secret|private[-_]?key)/i;

const HIDDEN = "<redacted>";

/** A value without what looks like a secret, by the name it stands under or by its shape. */
export function withoutKeys<T>(value: T, key = ""): T {
  if (typeof value === "string") {
    // What stands before the colon of an id is no name of a secret.
    if (key === "id") return value.split(":").map(redact).join(":") as T;
    return (SECRET_KEY.test(key) && value !== "" ? HIDDEN : redact(value)) as T;
  }
  if (Array.isArray(value)) return value.map((one) => withoutKeys(one, key)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, withoutKeys(one, name)]),
  ) as T;
}
