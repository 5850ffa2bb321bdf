/** What starts to act once it is restored: hooks, servers, plugins (design.md 1.8). */
import type { Backup } from "../archive/mod.ts";
import { readText } from "../base/mod.ts";
import { parseConfig, type Table, tableOf } from "../doctor/mod.ts";
import {
  compilePatterns,
  HOME_ROOT,
  type ProfileActivation,
  type ProfileConfig,
} from "../profiles/mod.ts";
import { isMove, type MoveOp } from "./journal_types.ts";
import { pathBelow } from "./layout.ts";
import type { Planner } from "./planner.ts";
import { contentPath } from "./waiting.ts";

/** A configuration file is far smaller; of a larger one all keys are named. */
const MAX_BYTES = 16 << 20;

/** Lists what comes back, differs from what is there, and acts by itself. */
export async function planActivations(planner: Planner): Promise<void> {
  const { plan, options } = planner;
  const { activates } = plan.target.home.profile;
  const withKeys = activates.filter(({ keys }) => keys);
  const inside = withKeys.flatMap((one) =>
    opsOf(planner, one).map((op) => storedOf(planner, op)).toArray()
  );
  const texts = await readStored(options.backup, new Set(inside));
  for (const activation of activates) {
    const ops = opsOf(planner, activation);
    if (activation.keys) {
      ops.forEach((op) => noteKeys(planner, activation, op, texts));
      continue;
    }
    const { root = HOME_ROOT, path, what } = activation;
    const files = ops.reduce((count) => count + 1, 0);
    if (files > 0) plan.activates.push({ root, path, what, files });
  }
}

function opsOf(
  { plan }: Planner,
  { root = HOME_ROOT, path }: ProfileActivation,
): IteratorObject<MoveOp> {
  const matches = compilePatterns([path]);
  return plan.ops.values().filter(isMove).filter((op) =>
    op.op !== "remove" && op.root === root && matches(op.path, false) !== undefined
  );
}

function storedOf({ plan }: Planner, op: MoveOp): string {
  return op.op === "file" ? contentPath(plan, op) : ""; // a link has no content
}

/** The text of small files of a backup, by stored path; a large one is left out. */
export async function readStored(
  backup: Backup,
  wanted: Set<string>,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  wanted.delete("");
  if (wanted.size === 0) return texts;
  await backup.visit((path) => wanted.has(path), async ({ path, bytes }, chunks) => {
    if (bytes > MAX_BYTES) return;
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
    texts.set(path, text + decoder.decode());
  });
  return texts;
}

function noteKeys(
  planner: Planner,
  { root = HOME_ROOT, keys, what }: ProfileActivation,
  op: MoveOp,
  texts: Map<string, string>,
): void {
  const format = formatOf(planner, op);
  const [after, before] = [
    tableIn(texts.get(storedOf(planner, op)), format),
    here(planner, op, format),
  ];
  // What cannot be read may hold any of them.
  const changed = after
    ? keys!.filter((key) => key in after && !same(after[key], before?.[key]))
    : keys!;
  if (changed.length === 0) return;
  planner.plan.activates.push({ root, path: op.path, what, files: 1, keys: changed });
}

function formatOf({ plan }: Planner, op: MoveOp): ProfileConfig["format"] {
  const known = plan.target.home.profile.config.find(({ root = HOME_ROOT, path }) =>
    root === op.root && compilePatterns([path])(op.path, false) !== undefined
  );
  return known?.format ?? (op.path.endsWith(".toml") ? "toml" : "json");
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function tableIn(text: string | undefined, format: ProfileConfig["format"]): Table | undefined {
  const parsed = text === undefined ? undefined : parseConfig(text, format);
  return parsed?.ok ? tableOf(parsed.value) : undefined;
}

function here(
  { host, plan }: Planner,
  op: MoveOp,
  format: ProfileConfig["format"],
): Table | undefined {
  if (op.old.kind !== "file") return undefined;
  const root = plan.target.roots.find(({ id }) => id === op.root)!;
  try {
    return tableIn(readText(host.fs, pathBelow(host, root, op.path), MAX_BYTES), format);
  } catch {
    return undefined; // then all that comes back counts as new
  }
}
