/** The compiled program, run for the user of a real agent. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../../assert.ts";
import { run, runOk } from "./run.ts";

const SUFFIX = Deno.build.os === "windows" ? ".exe" : "";
const PROGRAM = fileURLToPath(new URL(`../../../dist/lifeboat${SUFFIX}`, import.meta.url));

/** Runs `lifeboat ARGS --json` with only a home folder in its environment; returns its result. */
export function lifeboat(userHome: string, args: string[]): Promise<Record<string, unknown>> {
  return runProgram(PROGRAM, userHome, [...args, "--json"]);
}

/** The code of the error with which `lifeboat ARGS --json` refuses. */
export async function refusal(userHome: string, args: string[]): Promise<string> {
  const env = { HOME: userHome, USERPROFILE: userHome };
  const { code, stdout } = await run(PROGRAM, [...args, "--json"], { cwd: userHome, env });
  assert.notEqual(code, 0, stdout);
  return JSON.parse(stdout).error.code;
}

/** Runs the restorer inside an extracted backup. */
export function restorer(
  extracted: string,
  userHome: string,
  args: string[],
): Promise<Record<string, unknown>> {
  const program = join(extracted, `restore-standalone${SUFFIX}`);
  return runProgram(program, userHome, ["--backup-dir", extracted, ...args, "--json"]);
}

async function runProgram(
  program: string,
  userHome: string,
  args: string[],
): Promise<Record<string, unknown>> {
  const env = { HOME: userHome, USERPROFILE: userHome };
  const { stdout } = await runOk(program, args, { cwd: userHome, env, timeoutMs: 120_000 });
  const result = JSON.parse(stdout);
  assert.equal(result.ok, true, stdout);
  return result;
}

/** Unpacks an archive with the system's `tar` and returns the one folder that was in it. */
export async function extract(archive: string, into: string): Promise<string> {
  await Deno.mkdir(into);
  const tar = new Deno.Command("tar", { args: ["-xzf", archive, "-C", into], stdin: "null" });
  const { code, stderr } = await tar.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const names = [...Deno.readDirSync(into)].map((entry) => entry.name);
  assert.equal(names.length, 1, `one folder at the top of the archive, not ${names}`);
  return join(into, names[0]);
}
