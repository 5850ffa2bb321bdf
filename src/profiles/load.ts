import { fileURLToPath } from "node:url";
import { type Host, LifeboatError, pathsOf, readText, statIfThere } from "../base/mod.ts";
import { applyNested } from "./nested.ts";
import { parseProfile } from "./parse.ts";
import type { Profile } from "./profile.ts";

// A profile has a few kilobytes; the bound keeps a wrong file from filling the memory.
const MAX_PROFILE_BYTES = 1 << 20;

function loadFolder(host: Host, folder: string): Profile[] {
  if (statIfThere(host.fs, folder)?.kind !== "directory") return [];
  return host.fs.list(folder).entries
    .filter(({ name }) => name.toLowerCase().endsWith(".toml"))
    .map(({ name }) => {
      const file = pathsOf(host.platform).join(folder, name);
      return parseProfile(readText(host.fs, file, MAX_PROFILE_BYTES), file);
    });
}

/** Where the user's own profiles lie. */
function userProfilesFolder(host: Host): string {
  return pathsOf(host.platform).join(host.folders.config, "profiles");
}

/**
 * The profiles that come with the program, then the user's own, each group sorted by file name.
 * Throws `bad_profile` for one that cannot be used, or whose id is taken.
 */
export function loadProfiles(host: Host): Profile[] {
  const profiles = [
    ...loadFolder(host, fileURLToPath(new URL("profiles", host.kit))),
    ...loadFolder(host, userProfilesFolder(host)),
  ];
  const byId = new Map<string, Profile>();
  for (const profile of profiles) {
    const taken = byId.get(profile.id);
    if (taken) throw idTaken(profile, taken);
    byId.set(profile.id, profile);
  }
  return profiles.map((profile) => applyNested(profile, byId));
}

function idTaken(profile: Profile, taken: Profile): LifeboatError {
  return new LifeboatError(
    "refused",
    "bad_profile",
    `${profile.source}: the id ${profile.id} is already that of ${taken.source}`,
    { hint: "Give the profile an id of its own." },
  );
}

/** A profile that comes with the program and needs no other, without reading them all: hooks are in a hurry. */
function builtIn(host: Host, id: string): Profile | undefined {
  if (!/^[a-z0-9-]+$/.test(id)) return undefined;
  const file = fileURLToPath(new URL(`profiles/${id}.toml`, host.kit));
  if (!statIfThere(host.fs, file)) return undefined;
  const profile = parseProfile(readText(host.fs, file, MAX_PROFILE_BYTES), file);
  const nests = profile.nested ?? profile.roots.find(({ nested }) => nested);
  return nests || profile.id !== id ? undefined : profile;
}

/** The profile with an id. Throws `unknown_profile`. */
export function findProfile(host: Host, id: string): Profile {
  const known = builtIn(host, id);
  if (known) return known;
  const profiles = loadProfiles(host);
  const found = profiles.find((profile) => profile.id === id);
  if (found) return found;
  throw new LifeboatError("missing", "unknown_profile", `There is no profile "${id}"`, {
    hint: `Known profiles: ${profiles.map((profile) => profile.id).join(", ")}.`,
  });
}
