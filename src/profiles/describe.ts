/** The profiles as a user sees them: what each is, and where its home lies. */
import { fileURLToPath } from "node:url";
import { type Host, isInside } from "../base/mod.ts";
import { defaultBackupRoot } from "./backup_root.ts";
import { homeExists, resolveHome } from "./home.ts";
import { findProfile, loadProfiles } from "./load.ts";
import type { Profile } from "./profile.ts";

/** One profile as `profiles list` shows it. */
export interface ProfileItem {
  id: string;
  name: string;
  home: string;
  present: boolean;
  /** Not yet held against a home that the real agent has written. */
  experimental: boolean;
  /** Comes with the program, instead of from the user's profiles folder. */
  built_in: boolean;
  source: string;
}

/** What `profiles show` gives back. */
export interface ProfileShown {
  ok: true;
  profile: Profile;
  built_in: boolean;
  home: string;
  present: boolean;
  roots: { id: string; kind: "folder" | "file"; path: string }[];
  backup_root: string;
}

function isBuiltIn(host: Host, { source }: Profile): boolean {
  return isInside(source, fileURLToPath(host.kit), host.platform);
}

/** All profiles, and where each one's home lies. Throws `bad_profile`. */
export function listProfiles(host: Host): ProfileItem[] {
  return loadProfiles(host).map((profile) => {
    const home = resolveHome(host, profile);
    const { id, name, source } = profile;
    const present = homeExists(host, home);
    const experimental = profile.unverified !== undefined;
    const built_in = isBuiltIn(host, profile);
    return { id, name, home: home.path, present, experimental, built_in, source };
  });
}

/** One profile: what is captured, left out, checked. Throws `unknown_profile`, `bad_profile`. */
export function describeProfile(host: Host, id: string): ProfileShown {
  const profile = findProfile(host, id);
  const home = resolveHome(host, profile);
  return {
    ok: true,
    profile,
    built_in: isBuiltIn(host, profile),
    home: home.path,
    present: homeExists(host, home),
    roots: home.roots.map(({ id, kind, path }) => ({ id, kind, path })),
    backup_root: defaultBackupRoot(host, profile).path,
  };
}
