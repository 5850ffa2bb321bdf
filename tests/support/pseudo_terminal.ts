/** Programs that talk to a person, on a pseudo-terminal made by `script` of util-linux. */
import { assert } from "../assert.ts";
import type { RunSettings } from "./lifeboat.ts";

/** A program that runs on a terminal. */
export interface Dialogue {
  /** Waits until the terminal shows a text. */
  sees(text: string): Promise<void>;
  /** Types a line. */
  types(line: string): Promise<void>;
  /** Presses a key that needs no Enter. */
  presses(key: string): Promise<void>;
  /** Waits for the end. */
  end(): Promise<{ code: number; shown: string }>;
}

const PATIENCE_MS = 60_000;

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Starts a program on a terminal of its own, for the user whose home folder is `userHome`. */
export function talk(
  userHome: string,
  command: string[],
  { env = {}, cwd = userHome }: RunSettings = {},
): Dialogue {
  const line = `stty -echo; exec ${command.map(quote).join(" ")}`;
  const child = new Deno.Command("/usr/bin/script", {
    args: ["--quiet", "--return", "--flush", "--command", line, "/dev/null"],
    cwd,
    clearEnv: true,
    env: { HOME: userHome, PATH: "/usr/bin:/bin", TERM: "xterm", SHELL: "/bin/sh", ...env },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const typing = child.stdin.getWriter();
  let shown = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) shown += text;
  })();
  return {
    async sees(text) {
      const until = Date.now() + PATIENCE_MS;
      while (!shown.includes(text)) {
        assert.ok(Date.now() < until, `Did not see "${text}", but:\n${shown}`);
        await new Promise((wake) => setTimeout(wake, 20));
      }
    },
    types: (line) => typing.write(new TextEncoder().encode(`${line}\n`)),
    presses: (key) => typing.write(new TextEncoder().encode(key)),
    async end() {
      const { code } = await child.status;
      await Promise.allSettled([reading, typing.close()]);
      return { code, shown };
    },
  };
}
