import { cp } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { BuildInfo } from "../../src/base/mod.ts";
import { packScripts, writeScripts } from "./chunks.ts";
import { learn } from "./code_cache.ts";
import { copyPastDoors } from "./doors.ts";
import { run } from "./process.ts";
import type { Toolchain } from "./runtime.ts";
import { hostTarget, type Target } from "./targets.ts";

export interface BuildOptions {
  /** The project's folder. */
  root: string;
  target: Target;
  toolchain: Toolchain;
  /** The executable's path; one that is there is replaced at the very end. */
  output: string;
  /** PEM; the program checks updates by it. By default the one in `kit`, where there is one. */
  releaseKey?: string;
}

/** Bundles and compiles the program. Returns what it says to `--version`, where it can run here. */
export async function buildProgram(options: BuildOptions): Promise<string | undefined> {
  return await compiled(options, async (stage, work) => {
    const sources = join(work, "sources");
    await copyPastDoors(options.root, sources);
    // In chunks, so that each command loads what it needs of the engine, and `--version` nothing.
    const chunks = join(work, "chunks");
    await bundle(sources, "main.ts", ["--code-splitting", "--outdir", chunks]);
    await bundle(sources, "src/worker.ts", ["--output", join(stage, "worker.js")]);
    await cp(join(options.root, "kit"), join(stage, "kit"), { recursive: true });
    const { releaseKey } = options;
    if (releaseKey) await Deno.writeTextFile(join(stage, "kit", "release-key.pem"), releaseKey);
    await Deno.writeTextFile(join(stage, "build.json"), JSON.stringify(await buildInfo(options)));
    const folders = { scripts: join(stage, "chunks"), caches: join(stage, "caches") };
    await writeScripts(chunks, folders, "main");
    const include = ["chunks", "caches", "worker.js", "kit", "build.json"];
    if (options.target === hostTarget()) await learnOnce(options, stage, include, work);
    await packScripts(folders);
    await begin(options.root, "start.ts", stage);
    return include;
  });
}

/** Fills the caches of a staged program. One for another system cannot run here, and has none. */
async function learnOnce(
  { root, target, toolchain }: BuildOptions,
  stage: string,
  include: string[],
  work: string,
): Promise<void> {
  const program = join(work, `learning${target.suffix}`);
  await begin(root, "train.ts", stage);
  await compile(stage, include, program, target, toolchain);
  await learn(program, join(stage, "caches"), join(work, "user"));
}

/** Says what a staged program begins with. */
async function begin(root: string, entry: string, stage: string): Promise<void> {
  await bundle(root, `scripts/build/${entry}`, ["--output", join(stage, "main.js")]);
}

/** Compiles a program that does nothing: what starting up costs at least. */
export async function buildEmpty(options: BuildOptions): Promise<void> {
  await compiled(options, async (stage) => {
    await Deno.writeTextFile(join(stage, "main.js"), "");
    return [];
  });
}

async function buildInfo({ root, target, toolchain }: BuildOptions): Promise<BuildInfo> {
  const { version } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  return { version, target: target.triple, runtime: toolchain.runtime };
}

/** Minified: half of what a hook waits for is that its program is read and parsed. */
async function bundle(root: string, entry: string, output: string[]): Promise<void> {
  const args = ["bundle", "--quiet", "--minify", "--platform", "deno", ...output, entry];
  await run(Deno.execPath(), args, { cwd: root });
}

/**
 * Compiles what `fill` puts into a folder, and swaps the result in when it has started once. The other
 * folder that it is given is for what goes into none.
 */
async function compiled(
  options: BuildOptions,
  fill: (stage: string, work: string) => Promise<string[]>,
): Promise<string | undefined> {
  const { output, target, toolchain } = options;
  await Deno.mkdir(dirname(output), { recursive: true });
  // Unique, since tests may build at the same time; in dist, so that the last step is a rename.
  const work = await Deno.makeTempDir({ dir: dirname(output), prefix: ".build-" });
  try {
    const stage = join(work, "stage");
    await Deno.mkdir(stage);
    const include = await fill(stage, work);
    const program = join(work, basename(output));
    await compile(stage, include, program, target, toolchain);
    const said = target === hostTarget() ? await run(program, ["--version"]) : undefined;
    await Deno.rename(program, output);
    return said;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/**
 * V8 would rather take memory than look for garbage: with 300,000 files in a home it took 295 MB for a
 * backup with nothing changed, and 381 MB for the first one. So it takes 215 and 230 MB, for a tenth
 * more of CPU time there. With 2 MB to begin with, a short command and a hook never look for it. Large
 * buffers it hardly sees, hence `--expose-gc` (src/base/garbage.ts).
 *
 * What runs a few times it compiles where it runs, not beside it (Sparkplug, its quickest compiler): with
 * the first piece of such work another thread wakes up, and a hook stood still for 3 ms. What is hot is
 * compiled beside it, as ever: without that a backup with nothing changed takes a tenth longer.
 */
const V8_FLAGS = [
  "--min-semi-space-size=2",
  "--max-semi-space-size=4",
  "--heap-growing-percent=40",
  "--expose-gc",
  "--no-concurrent-sparkplug",
].join(",");

async function compile(
  stage: string,
  include: string[],
  output: string,
  target: Target,
  { compiler, denort }: Toolchain,
): Promise<void> {
  const args = ["compile", "--no-config", "--no-lock", "--no-check", "--allow-all"];
  // The code cache would be a file with a predictable name in the temporary folder.
  args.push(
    "--no-code-cache",
    `--v8-flags=${V8_FLAGS}`,
    "--target",
    target.triple,
    "--output",
    output,
  );
  args.push(...include.flatMap((path) => ["--include", path]), "main.js");
  await run(compiler, args, { cwd: stage, env: denort ? { DENORT_BIN: denort } : {} });
}
