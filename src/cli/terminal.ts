import { LifeboatError } from "../base/mod.ts";

/**
 * The only module that touches stdin, stdout and stderr.
 *
 * Results go to stdout. Everything else goes to stderr: progress, questions, errors and their
 * hints. A question is only asked when both stdin and stderr are a terminal.
 */
export interface Terminal {
  /** Whether somebody is there who can answer a question. */
  readonly interactive: boolean;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Width of the terminal, in columns. */
  columns(): number;
  out(text: string): void;
  err(text: string): void;
  /** One line of stdin without its line end; undefined at the end. Rejects when the signal fires. */
  readLine(signal: AbortSignal): Promise<string | undefined>;
  /**
   * A line whose characters do not show; only where the terminal is interactive. Throws
   * `interrupted` for Ctrl-C, and where the input ends.
   */
  readSecret(signal: AbortSignal): Promise<string>;
  /** stdin as it comes. */
  input(): ReadableStream<Uint8Array>;
  /**
   * Keys as they are pressed, until the caller has enough; only where the terminal is interactive.
   * Arrows come as `up` and `down`. Throws `interrupted` for Ctrl-C, and where the input ends.
   */
  readKeys(signal: AbortSignal): AsyncIterable<string>;
  /** All of stdin. Throws `input_too_large` above `maxBytes`. */
  readAll(maxBytes: number): string;
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch (error) {
    // `lifeboat list | head`: nobody reads on, which is no failure of the work.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

const NEWLINE = 0x0a;

/** Reads byte by byte, so that what follows the line stays for whoever reads next. */
async function readBytesOfLine(): Promise<Uint8Array | undefined> {
  const line: number[] = [];
  const byte = new Uint8Array(1);
  while (await Deno.stdin.read(byte)) {
    if (byte[0] === NEWLINE) return Uint8Array.from(line);
    line.push(byte[0]);
  }
  return line.length > 0 ? Uint8Array.from(line) : undefined;
}

async function readLine(signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  const line = await Promise.race([readBytesOfLine(), stopped]);
  return line && new TextDecoder().decode(line).replace(/\r$/, "");
}

const [CTRL_C, CTRL_D, BACKSPACE, DELETE, RETURN] = [0x03, 0x04, 0x08, 0x7f, 0x0d];

/** Bytes of a line that the terminal hands over key by key; undefined at the end or after Ctrl-C. */
async function readKeys(): Promise<Uint8Array | undefined> {
  const line: number[] = [];
  const byte = new Uint8Array(1);
  while (await Deno.stdin.read(byte)) {
    const [key] = byte;
    if (key === RETURN || key === NEWLINE) return Uint8Array.from(line);
    if (key === CTRL_C || (key === CTRL_D && line.length === 0)) return undefined;
    if (key === BACKSPACE || key === DELETE) {
      while (line.length > 0 && (line.pop()! & 0xc0) === 0x80); // a character has several bytes
    } else line.push(key);
  }
  return undefined;
}

async function readSecret(signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  Deno.stdin.setRaw(true);
  try {
    const line = await readKeys();
    if (line) return new TextDecoder().decode(line);
    throw new LifeboatError("interrupted", "interrupted", "Stopped before it was finished");
  } finally {
    Deno.stdin.setRaw(false);
    writeAll(Deno.stderr, "\n");
  }
}

const ARROWS: Record<string, string> = { A: "up", B: "down", C: "right", D: "left" };

/** The keys of what a terminal hands over at once: letters, and sequences that begin with Escape. */
export function splitKeys(text: string): string[] {
  // deno-lint-ignore no-control-regex -- Escape begins the sequences of arrows
  const keys = text.match(/\x1b(?:\[|O)[0-9;]*[A-Za-z~]|[^]/gu) ?? [];
  return keys.map((key) => key.length > 1 && key[0] === "\x1b" ? ARROWS[key.at(-1)!] ?? key : key);
}

async function* readKeyByKey(signal: AbortSignal): AsyncGenerator<string> {
  signal.throwIfAborted();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  stopped.catch(() => {}); // also when nobody waits any more
  Deno.stdin.setRaw(true);
  try {
    const bytes = new Uint8Array(256);
    for (;;) {
      const count = await Promise.race([Deno.stdin.read(bytes), stopped]);
      const keys = count === null ? ["\x03"] : splitKeys(
        new TextDecoder().decode(bytes.subarray(0, count)),
      );
      for (const key of keys) {
        if (key === "\x03") {
          throw new LifeboatError("interrupted", "interrupted", "Stopped before it was finished");
        }
        yield key;
      }
    }
  } finally {
    Deno.stdin.setRaw(false);
  }
}

function readAll(maxBytes: number): string {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = new Uint8Array(1 << 16);
    const n = Deno.stdin.readSync(chunk);
    if (n === null) break;
    size += n;
    if (size > maxBytes) {
      throw new LifeboatError("refused", "input_too_large", `stdin has over ${maxBytes} bytes`);
    }
    chunks.push(chunk.subarray(0, n));
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return new TextDecoder().decode(all);
}

/** The terminal, or whatever this process was started with instead. */
export function processTerminal(): Terminal {
  const outIsTerminal = Deno.stdout.isTerminal();
  const errIsTerminal = Deno.stderr.isTerminal();
  return {
    interactive: Deno.stdin.isTerminal() && errIsTerminal,
    outIsTerminal,
    errIsTerminal,
    columns,
    out: (text) => writeAll(Deno.stdout, text),
    err: (text) => writeAll(Deno.stderr, text),
    readLine,
    readSecret,
    input: () => Deno.stdin.readable,
    readKeys: readKeyByKey,
    readAll,
  };
}
