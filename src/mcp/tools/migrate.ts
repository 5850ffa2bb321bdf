import type { MigrateOptions, TargetId } from "../../migrate/mod.ts";
import { commandLine } from "../change.ts";
import type { Arguments } from "../parameter.ts";
import type { Call, Tool } from "../tool.ts";
import { text, texts } from "./choose.ts";

const TARGETS: TargetId[] = ["openclaw", "codex", "claude-code"];

/** Where it goes: as named, else to the agent in use, else where ClawBackup's migrations went. */
function targetOf({ profile }: Call, args: Arguments): TargetId {
  const named = text(args, "to") as TargetId | undefined;
  return named ?? TARGETS.find((one) => one === profile) ?? "openclaw";
}

function wordsOf({ provider, to, agent, skills = [], items = [], overwrite }: MigrateOptions) {
  return [
    ...["migrate", "apply", provider, "--to", to!],
    ...(agent === undefined ? [] : ["--agent", agent]),
    ...skills.flatMap((skill) => ["--skill", skill]),
    ...items.flatMap((item) => ["--item", item]),
    ...(overwrite ? ["--overwrite"] : []),
  ];
}

/** `migrate plan`. Carrying it out is left to the user. */
export const migratePlan: Tool = {
  name: "migrate_plan",
  title: "Plan a move from another agent",
  description:
    "What skills, instructions, memories and MCP servers of another agent could be moved " +
    "to this one, and what not and why. Changes nothing: give the user the command to do it.",
  parameters: {
    provider: {
      type: "string",
      enum: ["codex", "claude-code", "claude", "hermes"],
      description: "The agent to move from.",
    },
    to: {
      type: "string",
      enum: TARGETS,
      description: "The agent to move to. Default: the agent in use.",
    },
    agent: { type: "string", description: "Of OpenClaw: the agent whose workspace it goes to." },
    skills: {
      type: "array",
      items: { type: "string" },
      description: "Only these skills, by name or item id.",
    },
    items: {
      type: "array",
      items: { type: "string" },
      description: "Only these items, by their exact ids.",
    },
    overwrite: { type: "boolean", description: "Replace what is there." },
  },
  required: ["provider"],
  effect: "reads",
  async run(call, args) {
    const { planMigration, providerNamed } = await import("../../migrate/mod.ts");
    const options: MigrateOptions = {
      provider: providerNamed(text(args, "provider")!),
      to: targetOf(call, args),
      agent: text(args, "agent"),
      skills: texts(args, "skills"),
      items: texts(args, "items"),
      overwrite: args.overwrite === true,
    };
    const plan = await planMigration(call.host, options);
    const how =
      "Only the user may do this. Give them this command to run; it makes a backup first.";
    return { ...plan, next: { command: commandLine(call.host, wordsOf(options)), how } };
  },
};
