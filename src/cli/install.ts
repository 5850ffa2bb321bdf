import { type Command, Option } from "commander";
import type { Hookable } from "../agents/mod.ts";
import { LifeboatError } from "../base/mod.ts";
import { type Act, type Answer, type Context, type GlobalFlags, helpTail } from "./command.ts";
import { installText } from "./text/install.ts";

interface InstallFlags extends GlobalFlags {
  for?: Hookable[];
  dryRun?: boolean;
}

const AGENTS = ["claude-code", "codex"];

function forOption(): Option {
  return new Option("--for <agent...>", "which agents; by default all that are here").choices(
    AGENTS,
  );
}

function requireHooks(what: string | undefined): void {
  if (what === "hooks") return;
  throw new LifeboatError("refused", "usage", "It was not said what to install", {
    hint: "Say: lifeboat install hooks",
  });
}

async function install({ host }: Context, flags: InstallFlags, [what]: (string | undefined)[]) {
  requireHooks(what);
  const { HOOKABLE, installHooks } = await import("../agents/mod.ts");
  const result = installHooks(host, flags.for ?? HOOKABLE, { dryRun: flags.dryRun });
  const answer: Answer = { result, text: (style) => installText(result, style) };
  return answer;
}

async function uninstall({ host }: Context, flags: InstallFlags, [what]: (string | undefined)[]) {
  requireHooks(what);
  const { HOOKABLE, uninstallHooks } = await import("../agents/mod.ts");
  const result = uninstallHooks(host, flags.for ?? HOOKABLE, { dryRun: flags.dryRun });
  const answer: Answer = { result, text: (style) => installText(result, style) };
  return answer;
}

/** `install`. */
export function defineInstall(program: Command, act: Act): void {
  program.command("install").description("put hooks into agents, so that each change is recorded")
    .argument("<what>", "hooks")
    .addOption(forOption())
    .option("--dry-run", "only say which files would change")
    .addHelpText(
      "after",
      helpTail(["lifeboat install hooks", "lifeboat install hooks --for codex"], [0, 2, 3, 10]),
    )
    .action(act(install));
}

/** `uninstall`. */
export function defineUninstall(program: Command, act: Act): void {
  program.command("uninstall").description("take hooks out of agents; no backup is touched")
    .argument("<what>", "hooks")
    .addOption(forOption())
    .option("--dry-run", "only say which files would change")
    .addHelpText("after", helpTail(["lifeboat uninstall hooks"], [0, 2, 3, 10]))
    .action(act(uninstall));
}
