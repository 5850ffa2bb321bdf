/** Arguments of a call, held against the tool's parameters before anything is done. */
import { LifeboatError } from "../base/mod.ts";
import type { Arguments, Parameter } from "./parameter.ts";
import type { Tool } from "./tool.ts";

/** Characters; a longer one is no path and no name. */
const MAX_TEXT = 4096;
const MAX_ITEMS = 1000;

function refused(code: string, message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", code, message, { hint });
}

/** Throws `usage` for what is no argument of the tool, `password_refused` for a passphrase. */
export function checkArguments(tool: Tool, given: unknown = {}): Arguments {
  const names = Object.keys(tool.parameters).filter((name) => name !== "password");
  const known = `${tool.name} takes: ${names.join(", ") || "nothing"}.`;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw refused("usage", "The arguments are no object", known);
  }
  if (Object.hasOwn(given, "password")) {
    throw refused(
      "password_refused",
      "A passphrase must not pass through a conversation",
      PASSWORDS,
    );
  }
  for (const name of tool.required ?? []) {
    if (!Object.hasOwn(given, name)) throw refused("usage", `${name} is missing`, known);
  }
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(tool.parameters, name) ? tool.parameters[name] : undefined;
    if (!parameter) throw refused("usage", `${tool.name} has no such parameter`, known);
    const fault = faultOf(parameter, value);
    if (fault) throw refused("usage", `${name} is not ${fault}`, parameter.description);
  }
  return given as Arguments;
}

const PASSWORDS = "Have the user write it to a file that only they can read, and give the file's " +
  "path as password_file; or change the passphrase, since this one was seen.";

/** What a value should be and is not. */
function faultOf(parameter: Parameter, value: unknown): string | undefined {
  switch (parameter.type) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "true or false";
    case "integer": {
      const { minimum, maximum } = parameter;
      const fits = Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
      return fits ? undefined : `a whole number, ${minimum} to ${maximum}`;
    }
    case "array":
      return Array.isArray(value) && value.length <= MAX_ITEMS && value.every(isText)
        ? undefined
        : "a list of texts";
    case "string":
      if (!isText(value)) return `a text of 1 to ${MAX_TEXT} characters`;
      return !parameter.enum || parameter.enum.includes(value)
        ? undefined
        : `one of ${parameter.enum.join(", ")}`;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_TEXT &&
    value.isWellFormed() && !value.includes("\0");
}
