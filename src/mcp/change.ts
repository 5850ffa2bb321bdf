/** A change of files: shown first, and applied by the token of what was shown. */
import { type Host, LifeboatError, pathsOf, shellWord, variableOf } from "../base/mod.ts";
import { type Failure, failureOf } from "../seal/mod.ts";
import type { Arguments } from "./parameter.ts";
import type { Question } from "./question.ts";
import type { Call } from "./tool.ts";

/** A change that an agent has asked for. */
export interface Change<Plan extends { ok: boolean }> {
  /** What would be done; changes nothing. */
  plan(): Promise<Plan>;
  /** What of the plan must not change until it is applied. */
  bound(plan: Plan): unknown;
  /** What a person has to agree to, in turn; none where the agent may do it by itself. */
  questions(plan: Plan): Question[] | Promise<Question[]>;
  /** Who has to be closed first, since it is at work in the files. */
  busy?(plan: Plan): string | undefined;
  /** What a person runs instead. */
  command: string;
  apply(plan: Plan): Promise<{ ok: boolean }>;
}

/** How a preview is applied: by its token, or by a person. */
interface Next {
  token?: string;
  expires_at?: string;
  /** For the user to run in a terminal. */
  command?: string;
  how: string;
}

/** What a tool gives back when it needs a person who is not there. */
export type HumanNeeded = Failure & { command: string };

/** How a person starts this program: by its name where a shell finds it. */
function programOf({ executable, env, platform }: Host): string {
  const { dirname, basename, delimiter } = pathsOf(platform);
  const folders = (variableOf(env, "PATH", platform) ?? "").split(delimiter);
  const isFound = !executable ||
    (/^lifeboat(\.exe)?$/.test(basename(executable)) && folders.includes(dirname(executable)));
  return isFound ? "lifeboat" : executable;
}

/** A command line that a person can copy. */
export function commandLine(host: Host, words: string[]): string {
  return [programOf(host), ...words].map((word) => shellWord(word, host.platform)).join(" ");
}

/** Without a token the plan and how to apply it; with one it is carried out. */
export async function previewOrApply<Plan extends { ok: boolean }>(
  call: Call,
  args: Arguments,
  change: Change<Plan>,
): Promise<{ ok: boolean }> {
  if (args.token === undefined || args.dry_run === true) return await preview(call, args, change);
  const redeemed = call.previews.redeem(String(args.token), call.tool, args);
  for (const question of redeemed.questions) {
    const refusal = await confirm(call, question, change.command);
    if (refusal) return refusal;
  }
  const plan = await change.plan();
  redeemed.requireSame(change.bound(plan));
  return await change.apply(plan);
}

async function preview<Plan extends { ok: boolean }>(
  call: Call,
  args: Arguments,
  change: Change<Plan>,
): Promise<{ ok: boolean; next: Next }> {
  const plan = await change.plan();
  return { ...plan, next: await nextOf(call, args, change, plan) };
}

async function nextOf<Plan extends { ok: boolean }>(
  call: Call,
  args: Arguments,
  { bound, questions, busy, command }: Change<Plan>,
  plan: Plan,
): Promise<Next> {
  const user = busy?.(plan);
  if (user !== undefined) {
    const how = `${user} is at work in these files. Tell the user to close it, and then to run ` +
      "this command in a terminal.";
    return { command, how };
  }
  const asked = await questions(plan);
  if (asked.length > 0 && !call.canAsk) {
    return { command, how: "Only the user may do this. Give them this command to run." };
  }
  const kept = call.previews.keep({ tool: call.tool, args, plan: bound(plan), questions: asked });
  const then = asked.length > 0 ? " The user will be asked to confirm." : "";
  const how = `Show this to the user. To apply it, repeat the call with this token.${then}`;
  return { ...kept, how };
}

/** Asks; gives back what the agent is told unless the user agrees. */
export async function confirm(
  call: Call,
  question: Question,
  command: string,
): Promise<HumanNeeded | undefined> {
  const asked = await call.ask(question);
  if (asked === "yes") return undefined;
  const [code, message, hint] = asked === "no"
    ? ["not_confirmed", "The user did not agree: nothing was changed", "Do not try again unasked."]
    : [
      "human_needed",
      "Only the user may do this: nothing was changed",
      `Have them run: ${command}`,
    ];
  return { ...failureOf(new LifeboatError("refused", code, message, { hint })), command };
}
