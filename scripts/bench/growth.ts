/** How time and memory grow with a home. */
import { join } from "node:path";
import { medianOf, type Series } from "./figures.ts";
import { makeBenchHome } from "./home.ts";
import { memoryVerdict, type Verdict, verdict } from "./promises.ts";
import { type Contest, runContest } from "./rounds.ts";
import { GROWTH_STAGES } from "./steps.ts";

/** What is measured: everything of a contest but the home. */
export interface GrowthOptions extends Omit<Contest, "home" | "stages" | "inspect"> {
  seed: number;
  project: string;
  sizes: HomeSize[];
}

/** A home to measure with. */
export interface HomeSize {
  /** Bytes. */
  size: number;
  /** Default: as many as such a home has. */
  smallFiles?: number;
}

/** The homes that growth is told by. */
export const GROWTH_SIZES: HomeSize[] = [
  { size: 100e6 },
  { size: 400e6 },
  { size: 2e9 },
  { size: 400e6, smallFiles: 300_000 },
];

/** A home of some size, and what backing it up costs. */
export interface Growth {
  bytes: number;
  files: number;
  /** Whether it is like the others but for its size. */
  isAlike: boolean;
  series: Series[];
}

/** Measures homes of several sizes. */
export async function measureGrowth(options: GrowthOptions): Promise<Growth[]> {
  const growth: Growth[] = [];
  for (const [number, size] of options.sizes.entries()) {
    const work = join(options.work, `size-${number}`);
    growth.push(await measureSize({ ...options, work }, size));
  }
  return growth;
}

async function measureSize(options: GrowthOptions, size: HomeSize): Promise<Growth> {
  const { seed, project, work, say } = options;
  const folder = join(work, "user", ".codex");
  const home = makeBenchHome({ folder, seed, project, ...size });
  const { bytes, files } = home;
  const title = `${(bytes / 1e6).toFixed(0)} MB in ${files.toLocaleString("en")} files`;
  say(title);
  const series = await runContest({ ...options, stages: GROWTH_STAGES, home });
  const titled = series.map((one) => ({ ...one, title: `${title}: ${one.title}` }));
  return { bytes, files, isAlike: size.smallFiles === undefined, series: titled };
}

/** More than so many times the time per byte of the home before is more than linear. */
const LINEAR = 1.15;

/** Whether time grows with the size and no faster, and memory not at all. */
export function judgeGrowth(growth: Growth[], jobs: number): Verdict[] {
  const [before, largest] = growth.filter(({ isAlike }) => isAlike)
    .toSorted((a, b) => a.bytes - b.bytes).slice(-2).map(secondsPerByte);
  const times = before === undefined || largest === undefined ? undefined : largest / before;
  return [
    verdict("time per byte, largest home / the one before", LINEAR, times),
    memoryVerdict(growth.flatMap(({ series }) => series), jobs),
  ];
}

function secondsPerByte({ series, bytes }: Growth): number | undefined {
  const seconds = medianOf(series[0], "seconds");
  return seconds === undefined ? undefined : seconds / bytes;
}
