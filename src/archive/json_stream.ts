import { concat } from "./byte_reader.ts";

/** Where a value stands: keys of objects and indices of arrays, from the top. */
export type JsonPath = readonly (string | number)[];

/**
 * What is done with a value. `elements` goes into an array and `members` into an object, value by
 * value, without holding it; a value of another type is then handed over as with `value`.
 */
export type JsonPlan = "value" | "skip" | "elements" | "members";

/** What a reader wants of a document. Paths are valid during the call only. */
export interface JsonVisitor {
  /** Called once for each value met, before it is read. */
  plan(path: JsonPath): JsonPlan;
  /** A whole value. */
  value(path: JsonPath, value: unknown): void;
}

/** Limits of one value that is handed over whole. */
export interface JsonLimits {
  bytes: number;
  depth: number;
}

/** Why a text is not accepted; `at` is the byte where that was seen. */
export class JsonFault extends Error {
  constructor(what: string, readonly at: number) {
    super(`${what} at byte ${at}`);
  }
}

/** Takes a JSON document in pieces. */
export interface JsonScanner {
  push(chunk: Uint8Array): void;
  /** Throws when the document is not complete. */
  end(): void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];
const [OPEN_ARRAY, CLOSE_ARRAY] = [0x5b, 0x5d];

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

const TOO_DEEP = -2;

/** A value, or a key, that is being read: it may go on in the next chunk. */
interface Capture {
  use: "key" | "value" | "skip";
  pieces: Uint8Array[];
  bytes: number;
  depth: number;
  inString: boolean;
  isEscaped: boolean;
}

/**
 * Goes on with a value. Answers where it ends in this chunk (the byte after it), or -1 when it goes
 * on beyond. Only brackets and strings matter here; JSON.parse judges the rest.
 */
function findEnd(capture: Capture, chunk: Uint8Array, from: number, maxDepth: number): number {
  let { depth, inString, isEscaped } = capture;
  for (let i = from; i < chunk.length; i++) {
    const byte = chunk[i];
    if (inString) {
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) {
        inString = false;
        if (depth === 0) return i + 1;
      }
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > maxDepth) return TOO_DEEP;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return i;
  }
  Object.assign(capture, { depth, inString, isEscaped });
  return -1;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What may come next in the object or array that is being gone through. */
type Expected =
  | "value"
  | "value or end"
  | "key"
  | "key or end"
  | "colon"
  | "comma or end"
  | "nothing";

/**
 * Reads a JSON document of any size in constant memory: values go to the visitor one by one. Its top
 * must be an object. Throws {@linkcode JsonFault}.
 */
export function createJsonScanner(visitor: JsonVisitor, limits: JsonLimits): JsonScanner {
  const path: (string | number)[] = [];
  const arrays: boolean[] = [];
  let expected: Expected = "value";
  let capture: Capture | undefined;
  let before = 0;

  function fault(what: string, i: number): never {
    throw new JsonFault(what, before + i);
  }

  function start(use: Capture["use"], i: number): number {
    capture = { use, pieces: [], bytes: 0, depth: 0, inString: false, isEscaped: false };
    return i;
  }

  function startValue(byte: number, i: number): number {
    const plan = arrays.length === 0 ? "members" : visitor.plan(path);
    if (plan === "elements" && byte === OPEN_ARRAY) return enter(true, i);
    if (plan === "members" && byte === OPEN_OBJECT) return enter(false, i);
    if (arrays.length === 0) fault("no object", i);
    if (byte === COMMA || byte === COLON || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      fault("no value", i);
    }
    return start(plan === "skip" ? "skip" : "value", i);
  }

  function enter(isArray: boolean, i: number): number {
    arrays.push(isArray);
    path.push(isArray ? 0 : "");
    expected = isArray ? "value or end" : "key or end";
    return i + 1;
  }

  function leave(i: number): number {
    arrays.pop();
    path.pop();
    expected = arrays.length === 0 ? "nothing" : "comma or end";
    return i + 1;
  }

  function afterComma(): void {
    const isArray = arrays.at(-1);
    if (isArray) path[path.length - 1] = Number(path.at(-1)) + 1;
    expected = isArray ? "value" : "key";
  }

  /** One byte outside of any value that is being read; answers where to go on. */
  function step(byte: number, i: number): number {
    const isEnd = byte === (arrays.at(-1) ? CLOSE_ARRAY : CLOSE_OBJECT);
    if (isEnd && expected.endsWith("or end")) return leave(i);
    if (expected.startsWith("value")) return startValue(byte, i);
    if (expected.startsWith("key") && byte === QUOTE) return start("key", i);
    if (expected === "colon" && byte === COLON) expected = "value";
    else if (expected === "comma or end" && byte === COMMA) afterComma();
    else fault(`not ${expected}`, i);
    return i + 1;
  }

  function finish({ use, pieces }: Capture, i: number): void {
    capture = undefined;
    let value: unknown;
    if (use !== "skip") {
      try {
        value = JSON.parse(utf8.decode(concat(pieces)));
      } catch {
        fault("not JSON", i);
      }
    }
    expected = use === "key" ? "colon" : "comma or end";
    if (use === "key") path[path.length - 1] = value as string;
    else visitor.value(path, value);
  }

  function goOn(current: Capture, chunk: Uint8Array, from: number): number {
    const end = findEnd(current, chunk, from, limits.depth);
    if (end === TOO_DEEP) fault("brackets too deep in each other", from);
    const to = end < 0 ? chunk.length : end;
    if (current.use !== "skip") {
      current.bytes += to - from;
      if (current.bytes > limits.bytes) fault("a value that is too large", to);
      current.pieces.push(chunk.subarray(from, to));
    }
    if (end >= 0) finish(current, to);
    return to;
  }

  return {
    push(chunk) {
      for (let i = 0; i < chunk.length;) {
        if (capture) i = goOn(capture, chunk, i);
        else if (isSpace(chunk[i])) i++;
        else i = step(chunk[i], i);
      }
      before += chunk.length;
    },
    end() {
      if (expected !== "nothing") fault("it ends too early", 0);
    },
  };
}
