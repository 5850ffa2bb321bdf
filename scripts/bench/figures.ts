/** The figures of a run, and what is made of them. Pure. */
import type { Measurement } from "./measure.ts";

/** What one run of a step cost, and how much it has stored, bytes. */
export type Sample = Measurement & { stored?: number };

/** All samples of a step. */
export interface Series {
  id: string;
  title: string;
  samples: Sample[];
}

/** The middle one, or the mean of the two in the middle; nothing of nothing. */
export function median(values: number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** What all but one of a hundred stay below; nothing of nothing. */
export function percentile99(values: number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1];
}

/** The median of one figure of a series; nothing where it was not measured. */
export function medianOf(series: Series | undefined, figure: keyof Sample): number | undefined {
  const values = series?.samples.map((sample) => sample[figure]) ?? [];
  return median(values.filter((value) => value !== undefined));
}
