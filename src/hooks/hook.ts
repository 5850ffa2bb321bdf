/**
 * What a hook does: it records the files that a tool is about to touch, and what it did touch. It is
 * done in a moment, says nothing, and whatever goes wrong goes into a log (design.md section 5).
 */
import { asLifeboatError, describeError, type Host, isInside } from "../base/mod.ts";
import { findProfile, realPathOf, resolveHome } from "../profiles/mod.ts";
import {
  findTouched,
  openSnapshotStore,
  recordFiles,
  type Scope,
  type SnapshotContext,
  type SnapshotStore,
  takeSnapshot,
  takeTouched,
  trackHome,
  trackWorkspace,
} from "../snapshots/mod.ts";
import { type HookEvent, parseHookEvent } from "./hook_event.ts";
import { type HookFault, logHookFaults } from "./hook_log.ts";
import type { HookAgent } from "./tool_call.ts";
import { takeTurn } from "./turns.ts";

/** A hook waits so long for another process that writes to the store, ms. */
const BUSY_MS = 1000;
/** Folders with more files than this are compared by a process of their own. */
const MAX_INLINE = 5000;

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

/** Carries out a scan that a hook has started, after others of the same folder. Never throws. */
export async function runScan(host: Host, scan: Scan): Promise<void> {
  const faults: HookFault[] = [];
  const scanInTurn = () => takeTurn(host, scan.folder, () => scanAll(host, scan));
  await guarded(faults, scan.agent, scanInTurn, scan);
  logHookFaults(host, faults);
}

async function guarded<T>(
  faults: HookFault[],
  agent: string,
  act: () => T | Promise<T>,
  { session }: { session?: string } = {},
): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    faults.push({
      agent,
      session,
      code: asLifeboatError(error).code,
      message: describeError(error),
    });
    return undefined;
  }
}

async function withStore<T>(
  host: Host,
  busyMs: number | undefined,
  use: (store: SnapshotStore) => Promise<T>,
): Promise<T> {
  const store = openSnapshotStore(host, { busyMs });
  try {
    return await use(store);
  } finally {
    store.close();
  }
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
  if (tool && tool.paths.length > 0) await recordNamed(host, agent, event, context, faults);
  if (tool && !tool.isShell) return;
  // Here at once where that is possible: a look that runs beside the session would take what its
  // tools do meanwhile for what was there before.
  const parts = { folder: !await compareInline(host, folder, context), home: !tool };
  if (parts.folder || parts.home) startScan({ agent, session, folder, parts, context });
}

/** The files that a tool names, in the session's folder or in the agent's home. */
function recordNamed(
  host: Host,
  agent: HookAgent,
  { folder, session, tool }: HookEvent,
  context: SnapshotContext,
  faults: HookFault[],
): Promise<void> {
  return withStore(host, BUSY_MS, async (store) => {
    const scopes = [() => trackWorkspace(store, folder), () => homeScope(store, agent)];
    let paths = tool!.paths;
    for (const scopeOf of scopes) {
      if (paths.length === 0) return;
      const { skipped } = await recordFiles(store, scopeOf(), context, paths);
      faults.push(
        ...skipped.filter(({ reason }) => !["outside", "excluded"].includes(reason))
          .map(({ path, reason, message }) => (
            { agent, session, code: reason, message: message ? `${path}: ${message}` : path }
          )),
      );
      paths = skipped.filter(({ reason }) => reason === "outside").map(({ path }) => path);
    }
    for (const path of paths) {
      const message = `${path} is outside the home and the session's folder`;
      faults.push({ agent, session, code: "outside", message });
    }
  });
}

function homeScope(store: SnapshotStore, agent: HookAgent): Scope {
  return trackHome(store, resolveHome(store.host, findProfile(store.host, agent)));
}

/** A folder that holds the user's whole home is no workspace: looking at it would take minutes. */
function isTooWide(host: Host, folder: string): boolean {
  return isInside(realPathOf(host, host.userHome), realPathOf(host, folder), host.platform);
}

/** Compares the session's folder here, when it was looked at before and is small enough. */
function compareInline(host: Host, folder: string, context: SnapshotContext): Promise<boolean> {
  if (isTooWide(host, folder)) return Promise.resolve(true);
  const touched = findTouched(host, folder);
  // As most often before a command. When a session begins the store is asked, too: a power cut may
  // have taken from it what the folder's looks say was recorded.
  if (context.tool && touched?.paths.size === 0) return Promise.resolve(true);
  return withStore(host, BUSY_MS, async (store) => {
    const scope = trackWorkspace(store, folder);
    const isSmall = touched !== undefined || countKnown(store, scope) <= MAX_INLINE;
    if (scope.main.scannedMs === null || !isSmall) return false;
    await takeTouched(store, scope, context, touched);
    return true;
  });
}

function countKnown(store: SnapshotStore, { main }: Scope): number {
  const sql = "SELECT count(*) AS known FROM states WHERE root = ? AND kind = 'file'";
  return store.get<{ known: number }>(sql, main.id)!.known;
}

function scanAll(host: Host, { agent, folder, parts, context }: Scan): Promise<void> {
  return withStore(host, undefined, async (store) => {
    const scopes: Scope[] = [];
    if (parts.folder) scopes.push(trackWorkspace(store, folder));
    if (parts.home) scopes.push(homeScope(store, agent));
    for (const scope of scopes) {
      await takeSnapshot(store, scope, context, { onlyIfChanged: true });
    }
  });
}
