/** Absolute paths that lie elsewhere now: on another machine, or after a folder has moved. */

/** A folder, and where it lies now; both absolute, each as POSIX or as Windows writes it. */
export interface PathMapping {
  from: string;
  to: string;
}

type Style = "posix" | "windows";

/** Windows asks for long paths in this form; it is the same path. */
const VERBATIM = "\\\\?\\";

/** How an absolute path is written; undefined where it is not absolute. */
function styleOf(path: string): Style | undefined {
  if (/^(?:[A-Za-z]:[\\/]|\\\\[^\\/])/.test(path)) return "windows";
  return path.startsWith("/") ? "posix" : undefined;
}

/** Without separators at its end. */
function trimmed(path: string, style: Style): string {
  return path.replace(style === "windows" ? /[\\/]+$/ : /\/+$/, "");
}

/** Whether it is more than the top of a disk. */
function isBelowTop(path: string, style: Style): boolean {
  return style === "windows" ? !/^[A-Za-z]:[\\/]*$/.test(path) : trimmed(path, style) !== "";
}

/**
 * A mapping as it is compared: without separators at the ends. Undefined where one side is not
 * absolute, or is the top of a disk, which would move everything.
 */
export function pathMapping(from: string, to: string): PathMapping | undefined {
  const [here, there] = [styleOf(from), styleOf(to)];
  if (!here || !there || !isBelowTop(from, here) || !isBelowTop(to, there)) return undefined;
  return { from: trimmed(from, here), to: trimmed(to, there) };
}

/** How the beginning of a path is replaced. */
export interface PathMatch {
  mapping: PathMapping;
  /** Characters (UTF-16) at the beginning that are replaced. */
  length: number;
  /** What replaces them. */
  start: string;
  /** How the rest, empty or from a separator on, is written in the new style. */
  rest(text: string): string;
}

/** As Windows compares: case and the kind of separator do not matter. */
function comparable(path: string, style: Style): string {
  return style === "windows" ? path.replaceAll("/", "\\").toLowerCase() : path;
}

function isBorder(character: string | undefined, style: Style): boolean {
  return character === undefined || character === "/" ||
    (style === "windows" && character === "\\");
}

function matchOne(path: string, mapping: PathMapping): PathMatch | undefined {
  const style = styleOf(mapping.from)!;
  const skip = style === "windows" && path.startsWith(VERBATIM) ? VERBATIM.length : 0;
  const length = skip + mapping.from.length;
  const same = comparable(path.slice(skip, length), style) === comparable(mapping.from, style);
  if (!same || !isBorder(path[length], style)) return undefined;
  const to = styleOf(mapping.to)!;
  const start = to === "windows" ? path.slice(0, skip) + mapping.to : mapping.to;
  const rest = (text: string) => {
    if (style === to) return text;
    return to === "windows" ? text.replaceAll("/", "\\") : text.replaceAll("\\", "/");
  };
  return { mapping, length, start, rest };
}

/**
 * The mapping that is meant for a path: the one with the longest folder that the path is, or lies
 * below; only whole names count (`/home/al` is not above `/home/alice`).
 */
export function matchPath(path: string, mappings: PathMapping[]): PathMatch | undefined {
  let best: PathMatch | undefined;
  for (const mapping of mappings) {
    if (best && best.mapping.from.length >= mapping.from.length) continue;
    best = matchOne(path, mapping) ?? best;
  }
  return best;
}

/** Where a path lies now; undefined where no mapping is meant for it. */
export function mapPath(path: string, mappings: PathMapping[]): string | undefined {
  const match = matchPath(path, mappings);
  return match && match.start + match.rest(path.slice(match.length));
}

/**
 * What every spelling of a mapped path holds, and every name that Claude Code makes of it for a project
 * folder, for finding quickly where none can be: its longest run of plain letters and digits. Empty
 * where it has none.
 */
export function markOf({ from }: PathMapping): string {
  const runs = from.match(/[A-Za-z0-9]+/g) ?? [];
  return runs.reduce((longest, run) => run.length > longest.length ? run : longest, "");
}

/** Whether the spelling of a mapped path may differ in case. */
export function ignoresCase({ from }: PathMapping): boolean {
  return styleOf(from) === "windows";
}
