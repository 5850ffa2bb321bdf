/** How long an agent waits for a hook, call after call, as whole processes of the program. */
import { join } from "node:path";
import type { Series } from "./figures.ts";
import { runToEnd } from "./measure.ts";

/** What is measured, and how often. */
export interface HooksOptions {
  /** A folder of its own; must not exist. */
  work: string;
  lifeboat: string;
  /** Calls of each kind. */
  calls: number;
  /** Files in the folder where the shell runs. */
  files?: number;
}

/** Most time that hooks may take, ms, as the project promises it. */
export const HOOK_LIMITS = { median: 60, percentile99: 150 };

const FILE_BYTES = 100_000;
const FILES_PER_FOLDER = 50;

/** Measures hooks around a tool that writes one file, and around a shell that changes one of many. */
export async function measureHooks(options: HooksOptions): Promise<Series[]> {
  const { work, lifeboat, calls, files = 5000 } = options;
  const [written, project] = [join(work, "written"), join(work, "project")];
  Deno.mkdirSync(written, { recursive: true });
  makeProject(project, files);
  const take = [lifeboat, "snapshot", "take", written, project];
  await runToEnd({ args: take, env: { HOME: work } });
  const write: Series = { id: "hook-write", title: "hook of a tool, 100 KB file", samples: [] };
  const shell: Series = {
    id: "hook-shell",
    title: `hook of a shell, ${files.toLocaleString("en")} files`,
    samples: [],
  };
  for (let call = 0; call < calls; call++) {
    for (const series of [write, shell]) {
      const event = series === write
        ? eventOf("Write", written, call)
        : eventOf("Bash", project, call);
      series.samples.push({ seconds: await callHook(lifeboat, work, event) });
    }
  }
  return [write, shell];
}

/** Files that were written long ago. */
function makeProject(project: string, files: number): void {
  for (let i = 0; i < files; i++) {
    const folder = join(project, `folder-${Math.floor(i / FILES_PER_FOLDER)}`);
    Deno.mkdirSync(folder, { recursive: true });
    const path = join(folder, `file-${i}.txt`);
    Deno.writeTextFileSync(path, `file ${i}\n`.repeat(1 + i % 100));
    Deno.utimeSync(path, i, i);
  }
}

/** Before every second call something was changed, which the hook finds. */
function eventOf(tool: "Write" | "Bash", project: string, call: number): Record<string, unknown> {
  const isAfter = call % 2 === 1;
  const file_path = join(project, tool === "Write" ? "written.txt" : "folder-0/file-0.txt");
  const content = `call ${call}\n`.padEnd(FILE_BYTES, `what is written in ${call}; `);
  if (isAfter) Deno.writeTextFileSync(file_path, tool === "Write" ? content : `call ${call}\n`);
  return {
    session_id: "bench",
    cwd: project,
    hook_event_name: isAfter ? "PostToolUse" : "PreToolUse",
    tool_name: tool,
    tool_input: tool === "Write" ? { file_path, content } : { command: "make" },
    tool_use_id: `call-${call}`,
  };
}

/** Seconds from start to end. */
async function callHook(lifeboat: string, user: string, event: unknown): Promise<number> {
  const input = new TextEncoder().encode(JSON.stringify(event));
  const command = new Deno.Command(lifeboat, {
    args: ["hook", "claude-code"],
    clearEnv: true,
    env: { HOME: user },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const started = performance.now();
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(input);
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const seconds = (performance.now() - started) / 1000;
  if (success && stdout.length + stderr.length === 0) return seconds;
  throw new Error(`${lifeboat} hook failed, or said something`);
}
