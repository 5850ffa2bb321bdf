/** Results as an agent gets them: short enough for its context, and without secrets. */
import { redact } from "../seal/mod.ts";

/** So many items of a list are told. */
const MAX_ITEMS = 50;

/** The result with long lists cut, which `left_out` tells by their place, and secrets taken out. */
export function presentable(result: object): Record<string, unknown> {
  const leftOut: Record<string, number> = {};
  const shown = visit(result, "", leftOut) as Record<string, unknown>;
  return Object.keys(leftOut).length > 0 ? { ...shown, left_out: leftOut } : shown;
}

function visit(value: unknown, place: string, leftOut: Record<string, number>): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) leftOut[place] = value.length - MAX_ITEMS;
    return value.slice(0, MAX_ITEMS).map((item, index) =>
      visit(item, `${place}[${index}]`, leftOut)
    );
  }
  const entries = Object.entries(value).map(([key, item]) =>
    [key, visit(item, place ? `${place}.${key}` : key, leftOut)] as const
  );
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}
