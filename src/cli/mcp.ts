import type { Command } from "commander";
import { type Act, type Answer, type Context, type GlobalFlags, helpTail } from "./command.ts";

/** What the command answers once the client is gone: everything was said in messages. */
const SERVED: Answer = { result: { ok: true }, text: () => "" };

const LONELY =
  "Waiting for an agent's messages; Ctrl-C ends it. Agents start this by themselves, " +
  "once they know of it: lifeboat install mcp\n";

async function mcp({ host, terminal }: Context, flags: GlobalFlags): Promise<Answer> {
  const { serveMcp } = await import("../mcp/mod.ts");
  const { findProfile } = await import("../profiles/mod.ts");
  const { id: profile } = findProfile(host, flags.profile ?? "codex");
  if (terminal.interactive) terminal.err(LONELY);
  const streams = { input: terminal.input(), out: terminal.out };
  await serveMcp(host, { streams, profile });
  return SERVED;
}

/** `mcp`. */
export function defineMcp(program: Command, act: Act): void {
  program.command("mcp")
    .description("serve an agent over stdio (Model Context Protocol); the agent starts it")
    .addHelpText(
      "after",
      "\n--profile says which agent is meant where a call names none (default codex).\n" +
        "What would replace or remove files is previewed first; deleting, restoring into a home and\n" +
        "uploading what is not encrypted are asked of you, not of the agent.\n" +
        helpTail(["lifeboat mcp --profile claude-code"], [0, 2, 3, 10, 130]),
    )
    .action(act(mcp));
}
