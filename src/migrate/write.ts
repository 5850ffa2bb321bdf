/** What the effects of a plan become for the journal: one file for each place, whoever changed it. */
import {
  checkInterrupt,
  createWorkerPool,
  ensureDir,
  type Host,
  lstatIfThere,
  newScratch,
  pathsOf,
  removeIfThere,
  sha256Of,
} from "../base/mod.ts";
import { captureDatabase } from "../capture/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { NewFile, NewLink } from "../restore/mod.ts";
import { type Effect, faultOf, PRIVATE, textIfThere } from "./effects.ts";
import type { MigrationItem, Step } from "./item.ts";
import { placeIn } from "./place.ts";

/** What is written, and what became of the items. */
export interface Writing {
  items: MigrationItem[];
  files: NewFile[];
  links: NewLink[];
  /** Files that are replaced. */
  replaced: { root: string; path: string }[];
  /** Removes what was made to be read. */
  close(): void;
}

type Content = NewFile["content"];

interface Pending {
  target: string;
  content: Content;
  mode: number;
  mtimeMs?: number;
}

interface Gathering {
  host: Host;
  home: Home;
  reportDir: string;
  files: Map<string, Pending>;
  links: Map<string, string>;
  backups: Pending[];
  scratch: string;
}

/** Works out all files. What cannot be read makes an error of its item, and the others go on. */
export async function gather(
  host: Host,
  steps: Step[],
  { home, reportDir }: { home: Home; reportDir: string },
): Promise<Writing> {
  const gathering: Gathering = {
    host,
    home,
    reportDir,
    files: new Map(),
    links: new Map(),
    backups: [],
    scratch: newScratch(host, "migrating"),
  };
  const close = () => removeIfThere(host.fs, gathering.scratch);
  try {
    const items: MigrationItem[] = [];
    for (const step of steps) items.push(await gatherStep(gathering, step));
    const replaced = [...gathering.files.keys()].filter((path) => lstatIfThere(host.fs, path))
      .map((path) => placeIn(host, home, path)!);
    return { items, ...filesOf(gathering), replaced, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function gatherStep(gathering: Gathering, { item, effects }: Step): Promise<MigrationItem> {
  checkInterrupt(gathering.host);
  if (item.status !== "planned") return item;
  // All of an item or nothing: what it writes is kept apart until all of it is known.
  const own: Gathering = {
    ...gathering,
    files: new Map(gathering.files),
    links: new Map(gathering.links),
    backups: [...gathering.backups],
  };
  try {
    for (const effect of effects) await addEffect(own, effect);
  } catch (error) {
    return { ...item, status: "error", reason: faultOf(error) };
  }
  const backups = own.backups.slice(gathering.backups.length).map(({ target }) => target);
  Object.assign(gathering, { files: own.files, links: own.links, backups: own.backups });
  const details = { ...item.details, ...(backups.length > 0 ? { backups } : {}) };
  const hasDetails = Object.keys(details).length > 0;
  return { ...item, status: "migrated", ...(hasDetails ? { details } : {}) };
}

async function addEffect(gathering: Gathering, effect: Effect): Promise<void> {
  const { host, files, links } = gathering;
  const { target } = effect;
  if (effect.do === "link") {
    if (lstatIfThere(host.fs, target)) keep(gathering, target);
    return void links.set(target, effect.to);
  }
  if (!files.has(target)) keep(gathering, target);
  if (effect.do === "edit") {
    const { content, mode } = edited(gathering, effect);
    return void files.set(target, { target, content, mode });
  }
  if (effect.do === "database") {
    const content = { file: await copyDatabase(gathering, effect.source) };
    return void files.set(target, { target, content, mode: PRIVATE });
  }
  const { mode, mtimeMs } = effect;
  const content = "file" in effect.content
    ? readable(gathering, effect.content.file)
    : { bytes: new TextEncoder().encode(effect.content.text) };
  files.set(target, { target, content, mode, mtimeMs });
}

/** A file that cannot be opened is found now, while only its item suffers. */
function readable({ host }: Gathering, file: string): Content {
  host.fs.open(file).close();
  return { file };
}

function edited({ host, files }: Gathering, { target, edit }: Effect & { do: "edit" }) {
  const pending = files.get(target);
  const before = pending && "bytes" in pending.content
    ? new TextDecoder().decode(pending.content.bytes)
    : textIfThere(host, target);
  const content = { bytes: new TextEncoder().encode(edit(before)) };
  const mode = pending?.mode ?? lstatIfThere(host.fs, target)?.mode ?? PRIVATE;
  return { content, mode: mode & 0o777 };
}

async function copyDatabase({ host, scratch }: Gathering, source: string): Promise<string> {
  ensureDir(host.fs, scratch, host.platform);
  const copy = pathsOf(host.platform).join(scratch, sha256Of(source).slice(0, 16));
  const pool = createWorkerPool(1);
  try {
    const captured = await captureDatabase(host, pool, source, copy);
    if (captured.status === "captured") return copy;
    const why = captured.status === "failed" ? captured.error : "it has vanished";
    throw Object.assign(new Error(why), { code: "EIO" });
  } finally {
    pool.close();
  }
}

/** Of what is replaced a copy goes into the report, as OpenClaw does. */
function keep({ host, reportDir, backups }: Gathering, target: string): void {
  const info = lstatIfThere(host.fs, target);
  if (info?.kind !== "file") return;
  const { join, basename } = pathsOf(host.platform);
  const mark = sha256Of(target).slice(0, 12).toLowerCase();
  const name = `${host.now().getTime()}-${mark}-${backups.length + 1}`;
  backups.push({
    target: join(reportDir, "item-backups", name, basename(target)),
    content: { file: target },
    mode: PRIVATE,
    mtimeMs: info.mtimeMs,
  });
}

function filesOf({ host, home, files, links, backups }: Gathering) {
  return {
    files: [...files.values(), ...backups].map(({ target, content, mode, mtimeMs }): NewFile => {
      return { ...placeIn(host, home, target)!, content, mode, mtimeMs };
    }),
    links: [...links].map(([path, target]): NewLink => ({ ...placeIn(host, home, path)!, target })),
  };
}
