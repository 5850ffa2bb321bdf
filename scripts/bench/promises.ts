/** What Lifeboat promises about its cost, held against what was measured. */
import { median, medianOf, percentile99, type Series } from "./figures.ts";
import { HOOK_LIMITS } from "./hooks.ts";
import { SNAPSHOT_LIMITS } from "./snapshots.ts";

/** A promise and what came out. Figures are ratios unless `unit` says otherwise. */
export interface Verdict {
  promise: string;
  limit: number;
  unit?: "MB" | "ms";
  /** Nothing where it could not be measured. */
  measured?: number;
  met?: boolean;
}

/** A median that must be at most so many times another. */
interface RatioPromise {
  promise: string;
  of: string;
  to: string;
  limit: number;
}

const RATIOS: RatioPromise[] = [
  ["first / tar | pigz -6", "lifeboat-usual-first", "tar-pigz", 0.7],
  ["first / restic's first", "lifeboat-usual-first", "restic-first", 1.4],
  ["first, --no-verify / restic's first", "lifeboat-unverified-first", "restic-first", 1.2],
  ["nothing changed / restic's", "lifeboat-usual-second", "restic-second", 0.7],
  ["nothing changed / borg's", "lifeboat-usual-second", "borg-second", 1.5],
  ["nothing changed, --no-verify / restic's", "lifeboat-unverified-second", "restic-second", 0.7],
  ["nothing changed, --no-verify / borg's", "lifeboat-unverified-second", "borg-second", 1.5],
  ["1 % changed / nothing changed", "lifeboat-usual-third", "lifeboat-usual-second", 1.3],
  [
    "1 % changed / nothing changed, both --no-verify",
    "lifeboat-unverified-third",
    "lifeboat-unverified-second",
    1.3,
  ],
  ["restore / tar xzf", "lifeboat-restore", "tar-extract", 0.8],
  ["verify / tar xzf", "lifeboat-verify", "tar-extract", 0.6],
].map(([promise, of, to, limit]) => ({ promise, of, to, limit }) as RatioPromise);

/** MB of memory with two jobs, and what each further one may add. */
const MEMORY = { two: 256, each: 64 };

/** What was measured besides the series. */
export interface Extras {
  /** Of the programs that compress, `--jobs` or the cores. */
  jobs: number;
  /** Size of an archive without kit, and of the same tar through `gzip -6` in one piece, bytes. */
  size?: { archive: number; solid: number };
  /** Least times, ms. */
  startup: { empty: number; version: number };
}

/** Says of every promise whether it was kept. Nothing is asserted: times are the machine's too. */
export function judge(series: Series[], { jobs, size, startup }: Extras): Verdict[] {
  const seconds = (id: string) => medianOf(series.find((one) => one.id === id), "seconds");
  const ratios = RATIOS.map(({ promise, of, to, limit }) =>
    verdict(promise, limit, ratio(seconds(of), seconds(to)))
  );
  return [
    ...ratios,
    verdict("archive without kit / solid gzip -6", 1.03, ratio(size?.archive, size?.solid)),
    memoryVerdict(series, jobs),
    ...Object.entries(SNAPSHOT_LIMITS).map(([id, limit]) => timeVerdict(series, id, limit, median)),
    ...["hook-write", "hook-shell"].flatMap((id) => [
      timeVerdict(series, id, HOOK_LIMITS.median, median),
      timeVerdict(series, id, HOOK_LIMITS.percentile99, percentile99, "99th percentile"),
    ]),
    verdict("--version / a program that does nothing", 1.5, startup.version / startup.empty),
  ];
}

/** The most memory that any of Lifeboat's runs has taken. */
export function memoryVerdict(series: Series[], jobs: number): Verdict {
  const limit = MEMORY.two + MEMORY.each * Math.max(0, jobs - 2);
  const peaks = series.filter(({ id }) => id.startsWith("lifeboat-"))
    .flatMap(({ samples }) => samples.map(({ memory }) => memory))
    .filter((memory) => memory !== undefined);
  const most = peaks.length > 0 ? Math.max(...peaks) / 1e6 : undefined;
  return { ...verdict(`peak memory, ${jobs} jobs`, limit, most), unit: "MB" };
}

function ratio(value: number | undefined, other: number | undefined): number | undefined {
  return value === undefined || other === undefined ? undefined : value / other;
}

/** Holds a figure against its limit. */
export function verdict(promise: string, limit: number, measured: number | undefined): Verdict {
  if (measured === undefined) return { promise, limit };
  return { promise, limit, measured, met: measured <= limit };
}

/** A time in ms, of the samples of one series. */
function timeVerdict(
  series: Series[],
  id: string,
  limit: number,
  figureOf: (values: number[]) => number | undefined,
  figure = "median",
): Verdict {
  const found = series.find((one) => one.id === id);
  const seconds = figureOf(found?.samples.map((sample) => sample.seconds) ?? []);
  const promise = `${found?.title ?? id}, ${figure}`;
  return { ...verdict(promise, limit, seconds && seconds * 1000), unit: "ms" };
}
