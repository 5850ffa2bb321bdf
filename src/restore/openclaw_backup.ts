/** An OpenClaw home as a backup has it: its configuration is read from there, not from this machine. */
import { type Backup, HOME_ROOT, type Manifest, rootFolder } from "../archive/mod.ts";
import { pathsOf, type Platform } from "../base/mod.ts";
import { type OpenClawHome, type OpenClawPlaces, openClawPlaces } from "../profiles/mod.ts";
import { filesOf } from "./derive.ts";

/** Where something lies in a backup. */
export interface BackupPlace {
  root: string;
  /** Empty for the root itself. */
  path: string;
}

/** An OpenClaw home in a backup. */
export interface OpenClawInBackup {
  home: OpenClawHome;
  places: OpenClawPlaces;
  /** Where an absolute path of the machine it was on lies in the backup; undefined outside of it. */
  locate(path: string): BackupPlace | undefined;
}

/** A configuration that includes files in more steps is refused by OpenClaw itself. */
const MAX_STEPS = 12;
const MAX_CONFIG_BYTES = 4 << 20;

/** Reads the configuration with all that it includes. */
export async function openClawInBackup(
  backup: Backup,
  manifest: Manifest,
): Promise<OpenClawInBackup> {
  const texts = new Map<string, string | undefined>();
  const locate = locatorOf(manifest);
  for (let step = 0;; step++) {
    const wanted = new Map<string, string>();
    const home = homeOf(manifest, locate, (path) => {
      const { root, path: below } = locate(path)!;
      const stored = rootFolder(root) + below;
      const text = texts.get(stored);
      if (text === undefined) {
        if (!texts.has(stored)) wanted.set(stored, path);
        throw new Error("not read yet");
      }
      return text;
    });
    const places = openClawPlaces(home);
    if (wanted.size === 0 || step === MAX_STEPS) return { home, places, locate };
    for (const stored of wanted.keys()) texts.set(stored, undefined);
    await readTexts(backup, texts, wanted);
  }
}

async function readTexts(
  backup: Backup,
  texts: Map<string, string | undefined>,
  wanted: ReadonlyMap<string, string>,
): Promise<void> {
  await backup.visit((path) => wanted.has(path), async ({ path, bytes }, chunks) => {
    if (bytes > MAX_CONFIG_BYTES) return;
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
    texts.set(path, text + decoder.decode());
  });
}

/** A path with forward slashes, whatever system it is of. */
function slashed(path: string): string {
  return path.replaceAll("\\", "/").replace(/(?<=.)\/+$/, "");
}

function locatorOf(manifest: Manifest): OpenClawInBackup["locate"] {
  const roots = [
    { id: HOME_ROOT, source: slashed(manifest.home), file: undefined },
    ...manifest.roots.map(({ id, kind, source, entries }) => {
      const [first] = kind === "file" ? entries : [];
      const file = first?.relative_path;
      return { id, source: slashed(source), file };
    }),
  ].sort((a, b) => b.source.length - a.source.length);
  return (path) => {
    const wanted = slashed(path);
    const found = roots.find(({ source }) => wanted === source || wanted.startsWith(`${source}/`));
    if (!found) return undefined;
    return { root: found.id, path: found.file ?? wanted.slice(found.source.length + 1) };
  };
}

function platformOf({ home }: Manifest): Platform {
  return home.startsWith("/") ? "linux" : "windows";
}

/** The user's home is not told; the usual places of a state folder lie right below it. */
function userHomeOf(manifest: Manifest, platform: Platform): string {
  const { basename, dirname } = pathsOf(platform);
  const { home } = manifest;
  return basename(home).startsWith(".") ? dirname(home) : home;
}

function homeOf(
  manifest: Manifest,
  locate: OpenClawInBackup["locate"],
  read: (path: string) => string,
): OpenClawHome {
  const files = new Set(
    [...filesOf(manifest)].map(({ root, entry }) => rootFolder(root) + entry.relative_path),
  );
  const isThere = (path: string) => {
    const place = locate(path);
    return place !== undefined && files.has(rootFolder(place.root) + place.path);
  };
  const platform = platformOf(manifest);
  // A configuration that a variable had named is a root of its own.
  const config = manifest.roots.find(({ id }) => id === "config")?.source;
  return {
    platform,
    path: manifest.home,
    userHome: userHomeOf(manifest, platform),
    isOwn: config !== undefined,
    env: config === undefined ? {} : { OPENCLAW_CONFIG_PATH: config },
    isThere,
    read: (path) => {
      if (!isThere(path)) throw new Error("not in the backup");
      return read(path);
    },
  };
}
