import { isoWithOffset } from "../base/mod.ts";

const UNITS = ["kB", "MB", "GB", "TB", "PB"];

/** Bytes as a person reads them: `512 B`, `1.4 MB`, `35 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < UNITS.length - 1);
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[unit]}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** Milliseconds as a person reads them: `0.4 s`, `12 s`, `3 min 07 s`, `1 h 04 min`. */
export function formatDuration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds % 3600 / 60))} min`;
}

/** An ISO 8601 time in local time: `2026-11-20 19:10`; `-` where there is none. */
export function formatTime(iso: string | null | undefined): string {
  const date = new Date(iso ?? "");
  if (Number.isNaN(date.getTime())) return "-";
  return isoWithOffset(date).slice(0, 16).replace("T", " ");
}

const AGES: [name: string, seconds: number][] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
];

/** How long ago an ISO 8601 time was: `3 d`, `5 h`, `12 min`, `now`; `-` where there is none. */
export function formatAge(iso: string | null | undefined, now: Date): string {
  const seconds = (now.getTime() - Date.parse(iso ?? "")) / 1000;
  if (Number.isNaN(seconds)) return "-";
  const unit = AGES.find(([, size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[1])} ${unit[0]}` : "now";
}

/** A whole number: `1,234`. Without the language tables of the runtime, which take longer to load than the rest. */
export function formatNumber(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** How many of what: `1 file`, `1,234 files`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

// Characters that take two columns: East Asian scripts, their punctuation, and pictures.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
// deno-lint-ignore no-control-regex -- the colour codes begin with one
const ZERO = /\x1b\[\d+m|\p{Mark}/gu;

/** Columns that a text takes on a terminal; colour codes take none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text.replaceAll(ZERO, "")) width += WIDE.test(char) ? 2 : 1;
  return width;
}

/** A text filled up with spaces to a width, in columns. */
export function pad(text: string, width: number, right = false): string {
  const space = " ".repeat(Math.max(0, width - textWidth(text)));
  return right ? space + text : text + space;
}

/** A text cut to a width, in columns, with a mark where something was cut. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  for (const char of text) {
    if (textWidth(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

/** One column of a table. */
export interface Column {
  title: string;
  /** Numbers line up on the right. */
  right?: boolean;
}

/** Lines of a table, its columns lined up. `mark` is put on the line of titles. */
export function formatTable(
  columns: Column[],
  rows: string[][],
  mark: (text: string) => string,
): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(textWidth(title), ...rows.map((row) => textWidth(row[index])))
  );
  const line = (cells: string[]) =>
    cells.map((cell, index) => pad(cell, widths[index], columns[index].right)).join("  ").trimEnd();
  return [mark(line(columns.map(({ title }) => title))), ...rows.map(line)];
}

/** Lines of names and values, the values lined up; a value may have several lines. */
export function formatFields(fields: [name: string, value: string | string[]][]): string[] {
  const width = Math.max(...fields.map(([name]) => textWidth(name)));
  return fields.flatMap(([name, value]) =>
    [value].flat().map((line, index) => `${pad(index === 0 ? name : "", width)}  ${line}`)
  );
}

/** A list of names, `a, b, c`, in lines of at most `width` columns where the names allow it. */
export function formatList(names: string[], width: number): string[] {
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    const item = index < names.length - 1 ? `${name},` : name;
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${item}`) <= width) {
      lines[lines.length - 1] += ` ${item}`;
    } else lines.push(item);
  }
  return lines;
}
