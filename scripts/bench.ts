/**
 * Measures Lifeboat beside what a user would take instead, on a home that is made for it: every
 * program as a whole process, in turn, several rounds. Prints the medians as tables; nothing is
 * asserted, since times are also the machine's.
 */
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { GROWTH_SIZES, judgeGrowth, measureGrowth } from "./bench/growth.ts";
import { type BenchHome, makeBenchHome } from "./bench/home.ts";
import { measureHooks } from "./bench/hooks.ts";
import { measureList } from "./bench/list.ts";
import { describeMachine, isBusy } from "./bench/machine.ts";
import { createMeter } from "./bench/measure.ts";
import { type BenchOptions, parseOptions, USAGE } from "./bench/options.ts";
import { findPeers, installPeers, PEERS } from "./bench/peers.ts";
import { judge } from "./bench/promises.ts";
import { renderReport, type Report } from "./bench/report.ts";
import { compareSizes, type Contest, presentStages, runContest } from "./bench/rounds.ts";
import { measureSnapshots } from "./bench/snapshots.ts";
import { measureStarts } from "./bench/startup.ts";
import { STAGES } from "./bench/steps.ts";
import { run } from "./build/process.ts";
import { hostTarget } from "./build/targets.ts";
import { runScript, say } from "./terminal.ts";

const ROOT = dirname(import.meta.dirname!);
/** As many workers as Lifeboat takes at most by itself. */
const MOST_JOBS = 8;
const GROWTH_ROUNDS = 3;

function program(name: string): string {
  return join(ROOT, "dist", name + hostTarget().suffix);
}

/** Builds the program and one that does nothing; tells the version of the first. */
async function build(): Promise<string> {
  const script = join(ROOT, "scripts", "build.ts");
  await run(Deno.execPath(), ["run", "-A", script, "--if-needed"]);
  await run(Deno.execPath(), ["run", "-A", script, "--empty"]);
  return await run(program("lifeboat"), ["--version"]);
}

/**
 * Not in /tmp: that may be memory, and where a test run has just deleted thousands of files, making
 * new ones is slow for minutes.
 */
async function makeWorkFolder({ home }: BenchOptions): Promise<string> {
  const dir = home ? dirname(resolve(home)) : Deno.build.os === "linux" ? "/var/tmp" : tmpdir();
  return await Deno.makeTempDir({ dir, prefix: "lifeboat-bench-" });
}

async function measureStartup(starts: number): Promise<Report["startup"]> {
  const commands = [[program("empty")], [program("lifeboat"), "--version"]];
  const [empty, version] = await measureStarts(commands, starts);
  return { empty, version };
}

function makeHome({ home, size, seed }: BenchOptions, work: string): BenchHome {
  const folder = home ? resolve(home) : join(work, "user", ".codex");
  say(`Making a home of ${(size / 1e6).toFixed(0)} MB in ${folder}`);
  Deno.mkdirSync(dirname(folder), { recursive: true });
  Deno.mkdirSync(folder); // never one that is there: it will be changed
  return makeBenchHome({ folder, size, seed, project: ROOT });
}

/** Throws when there is too little room. What a round has written is only gone at its end. */
function requireRoom({ size, grow }: BenchOptions, work: string): void {
  const needed = 3e9 + size * 8 + (grow ? 12e9 : 0);
  const { bavail, bsize } = statfsSync(work);
  if (bavail * bsize >= needed) return;
  throw new Error(
    `${work} needs ${(needed / 1e9).toFixed(0)} GB of free space: see --home, --size`,
  );
}

/** What is known before anything is measured. */
async function prepare(options: BenchOptions, work: string) {
  requireRoom(options, work);
  const date = new Date();
  const machine = describeMachine();
  if (isBusy(machine)) say(`The machine is busy (load ${machine.load.toFixed(1)}): expect noise`);
  const version = await build();
  const found = await findPeers();
  const peers = options.install ? await installPeers(found) : found;
  const home = makeHome(options, work);
  const { rounds, minutes } = options;
  const meter = createMeter(work, "time" in peers);
  const deadline = date.getTime() + minutes * 60_000;
  const jobs = options.jobs ?? Math.min(machine.cores, MOST_JOBS);
  const about = { date: date.toISOString(), machine, lifeboat: version, peers, jobs };
  const { bytes, files } = home; // as it is now: rounds change it
  const given = { meter, work, lifeboat: program("lifeboat"), rounds, deadline, say };
  return { about, home, given, made: { bytes, files } };
}

async function measureGrowing(given: Omit<Contest, "stages" | "home">, options: BenchOptions) {
  return await measureGrowth({
    ...given,
    jobs: options.jobs,
    seed: options.seed,
    project: ROOT,
    sizes: GROWTH_SIZES,
    work: join(given.work, "growth"),
    rounds: Math.min(given.rounds, GROWTH_ROUNDS),
  });
}

async function bench(options: BenchOptions, work: string): Promise<Report> {
  const { about, home, given, made } = await prepare(options, work);
  const { peers, jobs } = about;
  let size: Report["size"];
  const series = await runContest({
    ...given,
    home,
    jobs: options.jobs,
    stages: presentStages(STAGES, peers),
    inspect: async (round) => {
      size ??= await compareSizes(round, peers);
    },
  });
  const list = { ...given, work: join(work, "list"), backups: options.listed };
  series.push(...await measureList(list));
  const { calls, history } = options;
  series.push(
    ...await measureSnapshots({ ...given, work: join(work, "snapshots"), home, history }),
  );
  series.push(
    ...await measureHooks({ work: join(work, "hooks"), lifeboat: given.lifeboat, calls }),
  );
  const startup = await measureStartup(options.starts);
  const growth = options.grow ? await measureGrowing(given, options) : [];
  const verdicts = judge(series, { jobs, size, startup });
  if (options.grow) verdicts.push(...judgeGrowth(growth, jobs));
  const missing = PEERS.map(({ program }) => program).filter((name) => !(name in peers));
  const rounds = series[0].samples.length;
  return { ...about, missing, home: made, rounds, series, size, startup, growth, verdicts };
}

if (import.meta.main) {
  await runScript(async () => {
    // deno-lint-ignore no-console -- asked for
    if (Deno.args.includes("--help")) return console.log(USAGE);
    const options = parseOptions(Deno.args);
    const work = await makeWorkFolder(options);
    try {
      const report = await bench(options, work);
      if (options.out) Deno.writeTextFileSync(options.out, JSON.stringify(report, null, 2) + "\n");
      // deno-lint-ignore no-console -- the tables are the result of this script
      console.log(renderReport(report));
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  });
}
