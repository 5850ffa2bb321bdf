/** Other processes that are at work in a home. */
import { assert } from "../assert.ts";

/** A process that does nothing more, until it is ended. */
export interface Holder {
  pid: number;
  end(): Promise<void>;
}

/** Starts a program; it is ready when it has printed its first line. */
async function start(program: string, args: string[]): Promise<Holder> {
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped" }).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  assert.equal(new TextDecoder().decode(value), "ready\n");
  return {
    pid: child.pid,
    async end() {
      child.kill("SIGKILL");
      await child.status;
      await output.cancel();
    },
  };
}

/** Waits, by default with nothing open but its own. */
const WAIT = "echo ready; exec sleep 600";

/** A process that has nothing to do with any home. */
export function startIdle(): Promise<Holder> {
  return start("/bin/sh", ["-c", WAIT]);
}

/** A process that has a file, or a folder, open for reading. */
export function holdOpen(path: string): Promise<Holder> {
  return start("/bin/sh", ["-c", `exec 9<"$0"; ${WAIT}`, path]);
}

/** A process that holds a file as Codex holds the lock of a conversation. */
export function holdLock(path: string): Promise<Holder> {
  return start("flock", ["--exclusive", "--nonblock", "--no-fork", path, "/bin/sh", "-c", WAIT]);
}

const WRITER = `
import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync(Deno.args[0]);
database.exec("BEGIN IMMEDIATE");
console.log("ready");
setInterval(() => database.isOpen, 1000);
`;

/** A process in the middle of a transaction that writes. */
export async function holdDatabase(path: string): Promise<Holder> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(script, WRITER);
  try {
    return await start(Deno.execPath(), ["run", "--quiet", "--no-config", "-A", script, path]);
  } finally {
    await Deno.remove(script);
  }
}

/** Runs with a process that is ended afterwards. */
export async function whileHeld(
  started: Promise<Holder>,
  use: (holder: Holder) => void | Promise<void>,
): Promise<void> {
  const holder = await started;
  try {
    await use(holder);
  } finally {
    await holder.end();
  }
}
