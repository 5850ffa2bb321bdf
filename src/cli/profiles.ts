import type { Command } from "commander";
import { type Host, LifeboatError, pathsOf, readText } from "../base/mod.ts";
import { type Act, type Answer, type Context, helpTail } from "./command.ts";
import { checkText, profileListText, profileText } from "./text/profiles.ts";

const MAX_PROFILE_BYTES = 1 << 20;

async function list({ host }: Context): Promise<Answer> {
  const { listProfiles } = await import("../profiles/mod.ts");
  const result = { ok: true, profiles: listProfiles(host) };
  return { result, text: (style) => profileListText(result.profiles, style) };
}

async function show({ host }: Context, _: unknown, [id]: (string | undefined)[]): Promise<Answer> {
  const { describeProfile } = await import("../profiles/mod.ts");
  const result = describeProfile(host, id!);
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
