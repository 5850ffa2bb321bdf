import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { type Host, isInside, LifeboatError, pathsOf, readText } from "../base/mod.ts";
import type { Profile } from "../profiles/mod.ts";
import { type Act, type Answer, type Context, helpTail } from "./command.ts";
import { checkText, profileListText, profileText } from "./text/profiles.ts";

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

const MAX_PROFILE_BYTES = 1 << 20;

function isBuiltIn(host: Host, { source }: Profile): boolean {
  return isInside(source, fileURLToPath(host.kit), host.platform);
}

async function list({ host }: Context): Promise<Answer> {
  const { homeExists, loadProfiles, resolveHome } = await import("../profiles/mod.ts");
  const profiles: ProfileItem[] = loadProfiles(host).map((profile) => {
    const home = resolveHome(host, profile);
    const { id, name, source } = profile;
    const present = homeExists(host, home);
    const experimental = profile.unverified !== undefined;
    const built_in = isBuiltIn(host, profile);
    return { id, name, home: home.path, present, experimental, built_in, source };
  });
  const result = { ok: true, profiles };
  return { result, text: (style) => profileListText(profiles, style) };
}

async function show({ host }: Context, _: unknown, [id]: (string | undefined)[]): Promise<Answer> {
  const { defaultBackupRoot, findProfile, homeExists, resolveHome } = await import(
    "../profiles/mod.ts"
  );
  const profile = findProfile(host, id!);
  const home = resolveHome(host, profile);
  const result: ProfileShown = {
    ok: true,
    profile,
    built_in: isBuiltIn(host, profile),
    home: home.path,
    present: homeExists(host, home),
    roots: home.roots.map(({ id, kind, path }) => ({ id, kind, path })),
    backup_root: defaultBackupRoot(host, profile).path,
  };
  return { result, text: (style) => profileText(result, style) };
}

function readProfileFile(host: Host, file: string): string {
  try {
    return readText(host.fs, file, MAX_PROFILE_BYTES);
  } catch (cause) {
    if (cause instanceof LifeboatError) throw cause;
    throw new LifeboatError("refused", "unreadable_file", `${file} cannot be read`, { cause });
  }
}

async function check({ host }: Context, _: unknown, [path]: (string | undefined)[]) {
  const { parseProfile } = await import("../profiles/mod.ts");
  const file = pathsOf(host.platform).resolve(path!);
  const { id, name } = parseProfile(readProfileFile(host, file), file);
  const result = { ok: true, file, id, name };
  return { result, text: () => checkText(result) };
}

/** `profiles list|show|check`. */
export function defineProfiles(program: Command, act: Act): void {
  const profiles = program.command("profiles").description("which agents are known, and how")
    .addHelpText("after", helpTail(["lifeboat profiles list"], [0, 2, 10]));
  profiles.command("list").description("all profiles, and where each one's home lies")
    .addHelpText("after", helpTail(["lifeboat profiles list --json"], [0, 2]))
    .action(act(list));
  profiles.command("show").description("one profile: what is captured, left out, checked")
    .argument("<id>", "its id, such as codex")
    .addHelpText("after", helpTail(["lifeboat profiles show claude-code"], [0, 2, 10]))
    .action(act(show));
  profiles.command("check").description("whether a profile of your own can be used")
    .argument("<file>", "a TOML file")
    .addHelpText("after", helpTail(["lifeboat profiles check my-agent.toml"], [0, 2]))
    .action(act(check));
}
