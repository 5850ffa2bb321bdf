import { relativePathFault, sha256 } from "../../base/mod.ts";
import { collect } from "../container.ts";
import { badManifest, damaged, notABackup, unsafe } from "../faults.ts";
import { MAX_PATH_BYTES } from "../format.ts";
import { equalBytes } from "../byte_reader.ts";
import type { TarEntry, TarLink } from "../tar_reader.ts";
import { type ForeignManifest, MAX_FOREIGN_MANIFEST, parseForeignManifest } from "./manifest.ts";

/** A member of a foreign archive. */
export interface Member {
  /** With forward slashes, and without one at its end. */
  name: string;
  /** As in the archive. */
  raw: string;
  kind: "file" | "directory" | "symlink" | "hardlink";
  bytes: number;
  mode: number;
  mtimeMs: number;
  /** Of a file's content, upper-case hex. */
  sha256: string;
  /** Of links. */
  target: string;
  /** The first bytes of a file. */
  start: Uint8Array;
}

/** What one pass through a foreign archive found. */
export interface Survey {
  manifest: ForeignManifest;
  /** All but the manifest, by name, in their order. */
  members: Map<string, Member>;
}

/** How much of each file is kept, for SQLite's header. */
const START_BYTES = 100;

/**
 * Whether a name is that of a foreign archive's manifest: `<root>/manifest.json`, or, in a ClawBackup
 * archive, the very first one, in a temporary folder (facts E2).
 */
export function isManifestName(name: string, isFirst: boolean): boolean {
  const ofClawBackup = /^([A-Za-z]:)?\/?(.*\/)?clawbackup-[^/]+\/manifest\.json$/;
  return /^[^/]+\/manifest\.json$/.test(name) || (isFirst && ofClawBackup.test(name));
}

/** A member's path without what only tells how it is written; undefined where it may be none. */
function pathFault(name: string): string | undefined {
  // ClawBackup's are absolute (facts E2). They are only compared with assets, never written to.
  const inner = name.replace(/^([A-Za-z]:)?\/+/, "");
  if (inner.length * 3 > MAX_PATH_BYTES) return "too many characters";
  return relativePathFault(inner, "linux");
}

function measured(entry: TarEntry | TarLink) {
  const name = entry.name.length > 1 ? entry.name.replace(/\/+$/, "") : entry.name;
  const nothing = { bytes: 0, mode: 0, sha256: "", target: "", start: new Uint8Array() };
  const stated = "chunks" in entry ? { bytes: entry.bytes, mode: entry.mode } : {};
  return { ...nothing, ...stated, name, raw: entry.name };
}

async function readContent(chunks: AsyncIterable<Uint8Array>) {
  const hash = sha256();
  let start = new Uint8Array();
  for await (const chunk of chunks) {
    if (start.length === 0) start = chunk.slice(0, START_BYTES);
    hash.update(chunk);
  }
  return { sha256: hash.hex(), start };
}

async function memberOf(entry: TarEntry | TarLink): Promise<Member> {
  const { kind, mtimeMs } = entry;
  const blank = { ...measured(entry), kind, mtimeMs };
  if ("target" in entry) return { ...blank, target: entry.target };
  return kind === "file" ? { ...blank, ...await readContent(entry.chunks) } : blank;
}

/**
 * Reads a foreign archive from end to end, before anything of it is used: every byte, and the rules
 * by which OpenClaw verifies its own (facts B5). Throws `damaged_archive`, `unsafe_archive`,
 * `bad_manifest`, `not_a_backup`.
 *
 * @param source the archive, for messages
 */
export async function surveyArchive(
  entries: AsyncIterable<TarEntry | TarLink>,
  source: string,
  maxMembers: number,
): Promise<Survey> {
  const members = new Map<string, Member>();
  let manifest: Uint8Array | undefined;
  for await (const entry of entries) {
    const isFirst = !manifest && members.size === 0;
    if (isManifestName(entry.name, isFirst) && "chunks" in entry && entry.kind === "file") {
      if (manifest) throw unsafe(source, "it has more than one manifest.json");
      manifest = await collect(entry.chunks, MAX_FOREIGN_MANIFEST);
      if (!manifest) throw badManifest(source, `it has more than ${MAX_FOREIGN_MANIFEST} bytes`);
      continue;
    }
    const member = await memberOf(entry);
    const fault = pathFault(member.name);
    if (fault) throw unsafe(source, `a path in it has ${fault}: ${member.name.slice(0, 200)}`);
    if (members.has(member.name)) throw unsafe(source, `${member.name} stands in it twice`);
    if (members.size >= maxMembers) throw unsafe(source, "it has too many entries");
    members.set(member.name, member);
  }
  if (!manifest) throw notABackup(source, "there is no manifest.json in it");
  const survey = { manifest: parseForeignManifest(manifest, source), members };
  if (survey.manifest.format === "clawbackup") placeAbsolute(survey, source);
  checkNames(survey, source);
  checkAssets(survey, source);
  checkLinks(survey, source);
  if (survey.manifest.format === "openclaw") {
    checkSymlinks(survey, source);
    checkDatabases(survey, source);
  }
  return survey;
}

/**
 * Members of a ClawBackup archive lie at the paths they had, not where its manifest says (facts E2).
 */
function placeAbsolute({ manifest, members }: Survey, source: string): void {
  for (const [name, member] of [...members]) {
    const slashed = name.replaceAll("\\", "/").replace(/^\/+/, "/");
    if (slashed === name || !/^([A-Za-z]:)?\//.test(slashed)) continue;
    if (members.has(slashed)) throw unsafe(source, `${slashed} stands in it twice`);
    members.delete(name);
    members.set(slashed, { ...member, name: slashed });
  }
  for (const asset of manifest.assets) {
    const isThere = [...members.keys()].some((name) => within(name, asset.source));
    if (isThere) asset.member = asset.source;
  }
}

function within(name: string, folder: string): boolean {
  return name === folder || name.startsWith(`${folder}/`);
}

function* above(name: string): Generator<string> {
  for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1)) {
    yield name.slice(0, at);
  }
}

/** Nothing lies below what is no folder; and, as OpenClaw has it now, no two names are alike. */
function checkNames({ manifest, members }: Survey, source: string): void {
  const seen = new Map<string, string>();
  for (const { name } of members.values()) {
    for (const folder of above(name)) {
      const kind = members.get(folder)?.kind;
      if (kind && kind !== "directory") throw unsafe(source, `${name} lies in a ${kind}`);
    }
    if (!manifest.externalLinks) continue;
    const key = name.normalize("NFC").toLowerCase();
    const twin = seen.get(key);
    if (twin) throw unsafe(source, `${twin} and ${name} are one name on some systems`);
    seen.set(key, name);
  }
}

/** Every asset is there, and nothing else is. */
function checkAssets({ manifest, members }: Survey, source: string): void {
  const { assets, archiveRoot, format } = manifest;
  for (const { member } of assets) {
    const isPlaced = format === "clawbackup" || within(member, `${archiveRoot}/payload`);
    const fault = isPlaced ? pathFault(member) : "a place outside the payload";
    if (fault) throw badManifest(source, `${member.slice(0, 200)} has ${fault}`);
    if (![...members.keys()].some((name) => within(name, member))) {
      throw damaged(source, `${member} is not in it, although its manifest lists it`);
    }
  }
  for (const { name, kind } of members.values()) {
    if (assets.some(({ member }) => within(name, member))) continue;
    if (kind === "directory" && assets.some(({ member }) => within(member, name))) continue;
    throw unsafe(source, `${name.slice(0, 200)} lies outside of what its manifest lists`);
  }
}

/** What a hard link leads to: another file of the archive, written in one of several ways. */
function linkedFile({ manifest, members }: Survey, target: string): Member | undefined {
  const plain = target.replaceAll("\\", "/").replace(/\/+$/, "");
  const exact = [plain, `${manifest.archiveRoot}/${plain}`, `/${plain}`]
    .map((name) => members.get(name)).find((member) => member?.kind === "file");
  if (exact || manifest.format === "openclaw") return exact;
  // node-tar writes it relative to the folder it was started in, which nobody knows any more.
  const ending = `/${plain.replace(/^(\.\.?\/)+/, "")}`;
  const found = [...members.values()].filter(({ kind, name }) =>
    kind === "file" && name.endsWith(ending)
  );
  return found.length === 1 ? found[0] : undefined;
}

/** Every hard link has a file that it leads to, and its content from now on. */
function checkLinks(survey: Survey, source: string): void {
  for (const member of survey.members.values()) {
    if (member.kind !== "hardlink") continue;
    const file = linkedFile(survey, member.target);
    if (!file) throw unsafe(source, `${member.name} is a hard link to nothing in it`);
    const { raw, bytes, mode, sha256 } = file;
    Object.assign(member, { raw, bytes, mode, sha256 });
  }
}

const WINDOWS_ABSOLUTE = /^([A-Za-z]:)?[\\/]/;

/** Segments taken together, `..` included; undefined when they lead out of everything. */
function resolved(folder: string, way: string): string | undefined {
  const names = folder.split("/");
  for (const name of way.split("/")) {
    if (name === "..") {
      if (names.pop() === undefined) return undefined;
    } else if (name !== "" && name !== ".") names.push(name);
  }
  return names.join("/");
}

/** Whether a link leaves the state folder, by where it lay (facts B5, the newest rule). */
function leavesState({ manifest }: Survey, { name, target }: Member): boolean {
  const state = manifest.assets.find(({ kind }) => kind === "state");
  if (!state) return true;
  const slashed = manifest.platform === "win32" ? target.replaceAll("\\", "/") : target;
  const isAbsolute = manifest.platform === "win32"
    ? WINDOWS_ABSOLUTE.test(target)
    : target.startsWith("/");
  const place = isAbsolute
    ? resolved("", slashed.replace(/^\//, ""))?.replace(/^\/?/, slashed.startsWith("/") ? "/" : "")
    : resolved(name.slice(0, name.lastIndexOf("/")), slashed);
  return place === undefined || !within(place, isAbsolute ? state.source : state.member);
}

/** Before the list of links that leave, a link had to stay in an asset. */
function staysInAssets({ manifest }: Survey, { name, target }: Member): boolean {
  if (target.startsWith("/") || /^[A-Za-z]:/.test(target) || target.includes("\\")) return false;
  const place = resolved(name.slice(0, name.lastIndexOf("/")), target);
  return place !== undefined && manifest.assets.some(({ member }) => within(place, member));
}

function checkSymlinks(survey: Survey, source: string): void {
  const { externalLinks } = survey.manifest;
  const links = [...survey.members.values()].filter(({ kind }) => kind === "symlink");
  const refused = links.find(({ name, target }) => target === "" || target.includes("\0") || !name);
  if (refused) throw unsafe(source, `the link ${refused.name} in it leads nowhere`);
  if (!externalLinks) {
    const leaving = links.find((link) => !staysInAssets(survey, link));
    if (leaving) throw unsafe(source, `the link ${leaving.name} leads out of what it holds`);
    return;
  }
  const leaving = links.filter((link) => leavesState(survey, link));
  const isTold = leaving.length === externalLinks.size &&
    leaving.every(({ name, target }) => externalLinks.get(name) === target);
  if (!isTold) throw unsafe(source, "its links are not those that its manifest lists");
}

const SQLITE_MAGIC = new TextEncoder().encode("SQLite format 3\0");

const MANAGED = /^(?:state\/openclaw|agents\/[^/]+\/agent\/openclaw-agent)\.sqlite$/;

/** Says of members whether OpenClaw has copied them as databases: by where they lay, not by name. */
function managedIn({ assets }: ForeignManifest): (name: string) => boolean {
  const states = assets.filter(({ kind }) => kind === "state").map(({ member }) => member);
  const agents = assets.filter(({ agent }) => agent !== undefined).map(({ member }) => member);
  return (name) =>
    states.some((state) => within(name, state) && MANAGED.test(name.slice(state.length + 1))) ||
    agents.some((agent) => name === `${agent}/openclaw-agent.sqlite`);
}

/** Databases that OpenClaw has copied are whole pages, and have no side files. */
function checkDatabases({ manifest, members }: Survey, source: string): void {
  const isManaged = managedIn(manifest);
  for (const { name, kind, bytes, start } of members.values()) {
    if (kind !== "file" || !isManaged(name)) continue;
    const raw = new DataView(start.buffer, start.byteOffset, start.length);
    const page = start.length < START_BYTES
      ? 0
      : raw.getUint16(16) === 1
      ? 65536
      : raw.getUint16(16);
    const isWhole = page >= 512 && bytes % page === 0 &&
      equalBytes(start.subarray(0, 16), SQLITE_MAGIC);
    if (!isWhole) throw damaged(source, `${name} is no whole SQLite database`);
    const side = ["-wal", "-shm", "-journal"].find((suffix) => members.has(name + suffix));
    if (side) throw unsafe(source, `${name} has a ${side} file beside it`);
  }
}
