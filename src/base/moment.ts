import { LifeboatError } from "./errors.ts";

const UNIT_MS: Record<string, number> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/**
 * A moment as the command line names it: so long ago (`10m`, `8h`, `7d`, `2w`), a day or an ISO 8601
 * time; without an offset it is local. In ms since 1970. Throws `usage`.
 */
export function parseMoment(text: string, now: Date): number {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (unit) return now.getTime() - Number(count) * UNIT_MS[unit];
  const isIso = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.test(text);
  const time = isIso ? Date.parse(text.includes("T") ? text : `${text}T00:00`) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new LifeboatError("refused", "usage", `${text} is no time`, {
    hint: "Write for instance 10m, 8h, 7d, 2026-11-20 or 2026-11-20T08:00.",
  });
}
