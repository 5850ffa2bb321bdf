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
  };
}
