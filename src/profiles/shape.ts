import { LifeboatError } from "../base/mod.ts";
import { type KeyPath, lineOf } from "./toml_lines.ts";

/** A value of a TOML file, and where it stands. */
export interface Place {
  /** The file, for the message. */
  file: string;
  /** Its whole text, to find the line. */
  text: string;
  keys: KeyPath;
}

/** The error of a profile that cannot be used. */
export function badProfile(
  file: string,
  line: number,
  reason: string,
  cause?: unknown,
): LifeboatError {
  return new LifeboatError("refused", "bad_profile", `${file}, line ${line}: ${reason}`, {
    hint: "Correct the file, or move it out of the profiles folder.",
    cause,
  });
}

/** The error of a value, with the line it stands in. */
export function faultAt(place: Place, reason: string): LifeboatError {
  return badProfile(place.file, lineOf(place.text, place.keys), reason);
}

/** Turns a value of a TOML file into what the program uses, or throws `bad_profile`. */
export type Shape<T> = (value: unknown, place: Place) => T;

function nameOf({ keys }: Place): string {
  return keys.map((key) => typeof key === "number" ? `[${key + 1}]` : `.${key}`).join("").slice(1);
}

function within(place: Place, key: string | number): Place {
  return { ...place, keys: [...place.keys, key] };
}

/** A text that is not empty. */
export const text: Shape<string> = (value, place) => {
  if (typeof value !== "string" || value === "") {
    throw faultAt(place, `${nameOf(place)} must be a text that is not empty`);
  }
  return value;
};

/** A text that `fault` finds nothing wrong with. */
export function checked(fault: (value: string) => string | undefined): Shape<string> {
  return (value, place) => {
    const content = text(value, place);
    const reason = fault(content);
    if (reason) throw faultAt(place, `${nameOf(place)}: ${reason}`);
    return content;
  };
}

/** One of some words. */
export function oneOf<const Word extends string>(...words: Word[]): Shape<Word> {
  return (value, place) => {
    const word = words.find((known) => known === value);
    if (!word) throw faultAt(place, `${nameOf(place)} must be one of: ${words.join(", ")}`);
    return word;
  };
}

/** A list whose elements have one shape. */
export function listOf<T>(element: Shape<T>): Shape<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw faultAt(place, `${nameOf(place)} must be a list`);
    return value.map((one, index) => element(one, within(place, index)));
  };
}

/** The shape of each key of a table. */
type Fields<T> = { [Key in keyof T]-?: Shape<T[Key]> };

/** Marks a key that may be absent; it is then left out, or has the value given here. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined>;
export function optional<T>(shape: Shape<T>, otherwise: T): Shape<T>;
export function optional<T>(shape: Shape<T>, otherwise?: T): Shape<T | undefined> {
  return (value, place) => value === undefined ? otherwise : shape(value, place);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

/** A table with these keys and no others. */
export function table<T>(fields: Fields<T>): Shape<T> {
  return (value, place) => {
    if (!isTable(value)) throw faultAt(place, `${nameOf(place)} must be a table`);
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
    if (unknown !== undefined) {
      const known = Object.keys(fields).join(", ");
      const at = within(place, unknown);
      throw faultAt(at, `${nameOf(at)} is unknown; known here: ${known}`);
    }
    return Object.fromEntries(
      Object.entries<Shape<unknown>>(fields).flatMap(([key, shape]) => {
        const content = required(shape, value[key], within(place, key));
        return content === undefined ? [] : [[key, content]];
      }),
    ) as T;
  };
}

function required(shape: Shape<unknown>, value: unknown, place: Place): unknown {
  try {
    return shape(value, place);
  } catch (error) {
    if (value !== undefined) throw error;
    throw faultAt({ ...place, keys: place.keys.slice(0, -1) }, `${nameOf(place)} is missing`);
  }
}
