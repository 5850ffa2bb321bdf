/** The contest: all steps take turns, round by round, so that what else the machine does meets all. */
import { join } from "node:path";
import { changeBenchHome } from "./change.ts";
import type { Sample, Series } from "./figures.ts";
import type { BenchHome } from "./home.ts";
import { type Meter, runToEnd } from "./measure.ts";
import type { Versions } from "./peers.ts";
import { newestArchive, type Round, type Stage, type Step } from "./steps.ts";

/** What a contest needs. */
export interface Contest {
  meter: Meter;
  /** What every round does. */
  stages: Stage[];
  home: BenchHome;
  /** Rounds work in folders of their own below this one. */
  work: string;
  lifeboat: string;
  jobs?: number;
  rounds: number;
  /** No round begins after this moment, ms since 1970. The first always does. */
  deadline: number;
  say(line: string): void;
  /** Looks at what a round has written before it is gone. */
  inspect?: (round: Round) => Promise<void>;
}

/** Part of the home's bytes that change before a stage that wants so. */
const CHANGED_PART = 0.01;

/** Runs all rounds. A program that fails ends it. */
export async function runContest(contest: Contest): Promise<Series[]> {
  const samples = new Map<Step, Sample[]>(
    contest.stages.flatMap(({ steps }) => steps.map((step) => [step, []])),
  );
  for (let number = 1; number <= contest.rounds; number++) {
    if (number > 1 && Date.now() > contest.deadline) break;
    const round = beginRound(contest, number);
    for (const { changes, steps } of contest.stages) {
      if (changes) changeBenchHome(contest.home, CHANGED_PART);
      for (const step of steps) {
        const sample = await runStep(contest, round, step);
        samples.get(step)!.push(sample);
        contest.say(`${number}/${contest.rounds} ${line(step, sample)}`);
      }
    }
    await contest.inspect?.(round);
    hollow(round.folder);
  }
  return [...samples].map(([{ id, title }, samples]) => ({ id, title, samples }));
}

function line({ title }: Step, { seconds }: Sample): string {
  return `${seconds.toFixed(2).padStart(8)} s  ${title}`;
}

/** Stages without the steps for which a program is missing. */
export function presentStages(stages: Stage[], peers: Versions): Stage[] {
  return stages.map(({ changes, steps }) => ({
    changes,
    steps: steps.filter(({ needs }) => needs.every((program) => program in peers)),
  }));
}

function beginRound({ work, home, lifeboat, jobs }: Contest, number: number): Round {
  const folder = join(work, `round-${number}`);
  Deno.mkdirSync(folder);
  return { folder, home: home.folder, lifeboat, jobs };
}

async function runStep({ meter }: Contest, round: Round, step: Step): Promise<Sample> {
  for (const command of step.before?.(round) ?? []) await runToEnd(command);
  const measured = await meter.run(step.command(round));
  step.after?.(round);
  return step.stored ? { ...measured, stored: sizeOf(step.stored(round)) } : measured;
}

/** Bytes of a file, or of all files below a folder. */
function sizeOf(path: string): number {
  const { isDirectory, size } = Deno.statSync(path);
  if (!isDirectory) return size;
  return [...Deno.readDirSync(path)].reduce((sum, { name }) => sum + sizeOf(join(path, name)), 0);
}

/**
 * Size of the archive without kit of a round, and of the same tar through `gzip -6` in one piece;
 * nothing where a program is missing.
 */
export async function compareSizes(
  round: Round,
  peers: Versions,
): Promise<{ archive: number; solid: number } | undefined> {
  if (!("bash" in peers) || !("gzip" in peers)) return undefined;
  const archive = newestArchive(round, "light");
  const solid = join(round.folder, "solid.gz");
  const script = 'set -o pipefail; gzip -dc "$1" | gzip -6 > "$2"';
  await runToEnd({ args: ["bash", "-c", script, "bash", archive, solid] });
  return { archive: sizeOf(archive), solid: sizeOf(solid) };
}

/**
 * Gives back the room that a round has taken, but keeps its files: where thousands were just
 * deleted, ext4 makes new ones ten times as slowly, since it does not use their inodes again for
 * minutes (measured), which would be counted against whoever writes files in the next round.
 */
function hollow(folder: string): void {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) hollow(path);
    if (!isFile) continue;
    if (Deno.build.os !== "windows") Deno.chmodSync(path, 0o600); // restic's cannot be written to
    Deno.truncateSync(path);
  }
}
