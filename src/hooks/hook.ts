/**
 * What a hook does: it records the files that a tool is about to touch, and what it did touch. It is
 * done in a moment, says nothing, and whatever goes wrong goes into a log (design.md section 5).
 */
import { type Host, isInside } from "../base/mod.ts";
import { realPathOf } from "../profiles/mod.ts";
import { findTouched, type SnapshotContext } from "../snapshots/mod.ts";
import { type HookEvent, parseHookEvent } from "./hook_event.ts";
import { guarded, type HookFault, logHookFaults } from "./hook_log.ts";
import type { HookAgent } from "./tool_call.ts";

/** A look at everything, which takes longer than a hook may. */
export interface Scan {
  agent: HookAgent;
  session: string;
  /** The folder that the session works in. */
  folder: string;
  /** What is looked at. */
  parts: { folder: boolean; home: boolean };
  context: SnapshotContext;
}

/** What a hook needs from outside. */
export interface HookOptions {
  /** Carries out a scan in a process of its own. */
  startScan(scan: Scan): void;
}

/**
 * Carries out one hook. Never throws. Gives back what the user has to be told, at the start of a session:
 * nobody reads `status` while all seems well.
 */
export async function runHook(
  host: Host,
  agent: HookAgent,
  text: string,
  options: HookOptions,
): Promise<string | undefined> {
  const faults: HookFault[] = [];
  const event = await guarded(faults, agent, () => parseHookEvent(agent, text, host));
  if (event) {
    await guarded(faults, agent, () => recordEvent(host, agent, event, options, faults), event);
  }
  const warning = event?.moment === "session_start" && await guarded(faults, agent, async () => {
    // Loaded only here: it brings restores along, which no other moment needs.
    const { alarm } = await import("../upkeep/mod.ts");
    return alarm(host);
  });
  logHookFaults(host, faults);
  return warning || undefined;
}

function contextOf(agent: HookAgent, event: HookEvent): SnapshotContext {
  const { session, call, moment, tool } = event;
  // What is there before a tool acts may be anybody's work. Some tools of Codex have no moment after
  // them (tried: a patch through its shell), so the end of a turn counts as one.
  const cause = moment === "after_tool" || moment === "turn_end" ? "tool" : "other";
  return { madeBy: "hook", cause, session, agent, tool: tool?.name, call };
}

async function recordEvent(
  host: Host,
  agent: HookAgent,
  event: HookEvent,
  { startScan }: HookOptions,
  faults: HookFault[],
): Promise<void> {
  const { session, folder, tool } = event;
  const context = contextOf(agent, event);
  if (tool && tool.paths.length > 0) {
    const { recordNamed } = await import("./record.ts");
    await recordNamed(host, agent, event, context, faults);
  }
  if (tool && !tool.isShell) return;
  // Here at once where that is possible: a look that runs beside the session would take what its
  // tools do meanwhile for what was there before.
  const parts = { folder: !await compareInline(host, folder, context), home: !tool };
  if (parts.folder || parts.home) startScan({ agent, session, folder, parts, context });
}

/** A folder that holds the user's whole home is no workspace: looking at it would take minutes. */
function isTooWide(host: Host, folder: string): boolean {
  return isInside(realPathOf(host, host.userHome), realPathOf(host, folder), host.platform);
}

/** Compares the session's folder here, when it was looked at before and is small enough. */
async function compareInline(
  host: Host,
  folder: string,
  context: SnapshotContext,
): Promise<boolean> {
  if (isTooWide(host, folder)) return true;
  const touched = await findTouched(host, folder);
  // As most often before a command. When a session begins the store is asked, too: a power cut may
  // have taken from it what the folder's looks say was recorded.
  if (context.tool && touched?.paths.size === 0) return true;
  const { recordFolder } = await import("./record.ts");
  return await recordFolder(host, folder, context, touched);
}
