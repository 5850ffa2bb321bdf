import { dirname, join } from "node:path";

/** What both kinds of sample home can be told. */
export interface SampleOptions {
  /** Same seed, same home (but for paths that hold the home's own place). Default 1. */
  seed?: number;
  /** How many conversations; default 4. */
  conversations?: number;
  /** Questions per conversation; default 3. */
  turns?: number;
  /** The moment the newest conversation was written; default 2026-11-20T12:00Z. */
  now?: Date;
  /** Names with newlines and other characters that Windows refuses; default: not on Windows. */
  oddNames?: boolean;
  /** Symbolic links; default: not on Windows, where they need a right of their own. */
  links?: boolean;
}

/** Options with their defaults, and the generator every random thing comes from. */
export interface Sample {
  turns: number;
  conversations: number;
  now: number;
  oddNames: boolean;
  links: boolean;
  /** The next number from 0 (inclusive) to 1 (exclusive). */
  random: () => number;
}

/** A day in milliseconds. */
export const DAY = 86_400_000;

/** Fills in the defaults. */
export function sampleOf(options: SampleOptions): Sample {
  const windows = Deno.build.os === "windows";
  return {
    turns: options.turns ?? 3,
    conversations: options.conversations ?? 4,
    now: (options.now ?? new Date("2026-11-20T12:00:00Z")).getTime(),
    oddNames: options.oddNames ?? !windows,
    links: options.links ?? !windows,
    random: mulberry32(options.seed ?? 1),
  };
}

/** A small generator of pseudo-random numbers (mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `length` random hexadecimal digits. */
export function hex(sample: Sample, length: number): string {
  return Array.from({ length }, () => Math.floor(sample.random() * 16).toString(16)).join("");
}

/** A version 4 UUID (Claude Code's sessions). */
export function uuid4(sample: Sample): string {
  const h = hex(sample, 32);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${
    h.slice(20)
  }`;
}

/** A version 7 UUID of the moment `at`, in ms since 1970 (Codex's threads). */
export function uuid7(sample: Sample, at: number): string {
  const t = at.toString(16).padStart(12, "0");
  const h = hex(sample, 20);
  return `${t.slice(0, 8)}-${t.slice(8)}-7${h.slice(0, 3)}-b${h.slice(3, 6)}-${h.slice(6, 18)}`;
}

const WORDS =
  "the home archive reads writes table index value 数据 файл naïve column tests branch merge lint"
    .split(" ");

/** A few words, among them some that are not ASCII. */
export function words(sample: Sample, count: number): string {
  const word = () => WORDS[Math.floor(sample.random() * WORDS.length)];
  return Array.from({ length: count }, word).join(" ");
}

/** Lines of JSON, each ended by a newline. */
export function jsonLines(values: unknown[]): string {
  return values.map((value) => JSON.stringify(value) + "\n").join("");
}

/** Indented JSON with a final newline, as people and agents write it. */
export function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

/** Writes `files` (relative path: text or bytes) below `root`, making their folders. */
export async function writeTree(
  root: string,
  files: Record<string, string | Uint8Array>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, ...name.split("/"));
    await Deno.mkdir(dirname(path), { recursive: true });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(path, bytes);
  }
}

/** Makes empty folders below `root`. */
export async function makeFolders(root: string, names: string[]): Promise<void> {
  for (const name of names) await Deno.mkdir(join(root, ...name.split("/")), { recursive: true });
}

/** Sets access and modification time of a file to `at`, in ms since 1970. */
export async function setTime(path: string, at: number): Promise<void> {
  await Deno.utime(path, new Date(at), new Date(at));
}

/** Makes files readable by their owner alone, as the agents keep their credentials. */
export async function makePrivate(...paths: string[]): Promise<void> {
  if (Deno.build.os === "windows") return;
  for (const path of paths) await Deno.chmod(path, 0o600);
}
