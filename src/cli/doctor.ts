import type { Command } from "commander";
import { createWorkerPool, type Host } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import {
  type Act,
  type Answer,
  type Context,
  type GlobalFlags,
  helpTail,
  homeOption,
  joined,
} from "./command.ts";
import { chooseHomes } from "./homes.ts";
import { doctorText } from "./text/doctor.ts";

interface DoctorFlags extends GlobalFlags {
  home?: string;
  /** True with `--run-commands`; false with `--no-run-commands`, the default. */
  runCommands?: boolean;
}

async function examine(host: Host, home: Home, flags: DoctorFlags): Promise<Answer> {
  const { examineHome } = await import("../doctor/mod.ts");
  const { requireHome } = await import("../profiles/mod.ts");
  requireHome(host, home);
  const pool = createWorkerPool(flags.jobs ?? 1);
  try {
    const result = await examineHome(host, pool, home, { runCommands: flags.runCommands === true });
    return { result, text: (style) => doctorText(result, style) };
  } finally {
    pool.close();
  }
}

async function doctor({ host }: Context, flags: DoctorFlags): Promise<Answer> {
  const homes = await chooseHomes(host, flags);
  if (flags.profile !== "all") return await examine(host, homes[0], flags);
  const answers: Answer[] = [];
  for (const home of homes) answers.push(await examine(host, home, flags));
  return joined(answers);
}

/** `doctor`. */
export function defineDoctor(program: Command, act: Act): void {
  program.command("doctor").description("is a home healthy, and safe to back up or restore")
    .addOption(homeOption())
    .option(
      "--run-commands",
      "also run the agent: codex --version, mcp list; it may start its MCP servers and connect",
    )
    .option("--no-run-commands", "run nothing (so it is anyway)")
    .addHelpText(
      "after",
      helpTail(["lifeboat doctor", "lifeboat doctor --profile claude-code --run-commands"], [
        0,
        1,
        2,
        3,
        10,
      ]),
    )
    .action(act(doctor));
}
