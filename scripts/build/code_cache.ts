/**
 * Lets a program learn, while it is built, what V8 makes of its chunks: half of what a hook took was
 * that V8 read and compiled it. Run with what is waited for most, in a home made for that.
 */
import { join } from "node:path";
import { run } from "./process.ts";

/** A call of the program. */
interface Call {
  args: string[];
  /** What it reads from stdin. */
  input?: string;
}

/**
 * Runs a program that begins with train.ts, and keeps in `caches` what it has learnt.
 *
 * @param user a home folder for it; must not exist
 */
export async function learn(program: string, caches: string, user: string): Promise<void> {
  const project = join(user, "project");
  await Deno.mkdir(project, { recursive: true });
  const file = join(project, "notes.txt");
  for (const [index, call] of callsFor(project, file).entries()) {
    await Deno.writeTextFile(file, `${index}\n`.repeat(1000)); // so that there is something to find
    await carryOut(program, call, user, caches);
  }
  const { size } = await Deno.stat(join(caches, "main.cache"));
  if (size === 0) throw new Error(`${program} has learnt nothing of what V8 makes of it`);
}

function callsFor(project: string, file: string): Call[] {
  return [
    { args: ["--version"] },
    { args: ["snapshot", "take", project] },
    ...["Write", "Bash"].flatMap((tool) => [
      hookCall("PreToolUse", tool, project, file),
      hookCall("PostToolUse", tool, project, file),
    ]),
    { args: ["snapshot", "list", "--workspace", project] },
    { args: ["snapshot", "history", file] },
    { args: ["snapshot", "rollback", "latest", "--workspace", project] },
    { args: ["list"] },
  ];
}

function hookCall(moment: string, tool: string, project: string, file_path: string): Call {
  const event = {
    session_id: "session",
    cwd: project,
    hook_event_name: moment,
    tool_name: tool,
    tool_input: { file_path, command: "make" },
    tool_use_id: "call",
  };
  return { args: ["hook", "claude-code"], input: JSON.stringify(event) };
}

/** With nothing else in its environment: no home of the user's own is to be found. */
async function carryOut(
  program: string,
  { args, input = "" }: Call,
  user: string,
  caches: string,
): Promise<void> {
  const places = { HOME: user, USERPROFILE: user, TMPDIR: user, TEMP: user };
  await run(program, args, {
    input,
    clearEnv: true,
    env: { ...places, LIFEBOAT_CODE_CACHE: caches },
  });
}
