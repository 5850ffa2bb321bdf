/** The plan of a migration: what is moved, what is not, and why. */
import { type Host, isInside, LifeboatError, pathsOf } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { Asset, CommandAsset, SkillAsset, Source } from "./asset.ts";
import { withoutKeys } from "./hide.ts";
import {
  type MigrationItem,
  type MigrationSummary,
  type ProviderId,
  type Step,
  summaryOf,
  type TargetId,
} from "./item.ts";
import { sourceOf } from "./providers.ts";
import { type Selection, selectSteps } from "./select.ts";
import { skillSteps } from "./skills.ts";
import type { Planning } from "./planning.ts";
import { pluginSettingSteps } from "./step_plugins.ts";
import { stepFor } from "./steps.ts";
import { resolveTarget, type Target } from "./target.ts";

/** What is moved where. */
export interface MigrateOptions extends Selection {
  provider: ProviderId;
  /** By default `openclaw`. */
  to?: TargetId;
  /** Another home of that agent than its own. */
  home?: Home;
  /** Absolute; another place than the agent's own home. */
  from?: string;
  /** An agent of OpenClaw; by default the one to which all else falls. */
  agent?: string;
  includeSecrets?: boolean;
  /** What is there is replaced; it is kept in the report, and for undo. */
  overwrite?: boolean;
  followLinks?: boolean;
}

/** A plan; names are OpenClaw's (facts C2). */
export interface MigrationPlan {
  ok: boolean;
  dry_run: boolean;
  providerId: ProviderId;
  targetId: TargetId;
  /** Absolute. */
  source: string;
  target: string;
  summary: MigrationSummary;
  items: MigrationItem[];
  warnings: string[];
  nextSteps: string[];
  metadata: Record<string, unknown>;
}

/** A plan that can be carried out. */
export interface Prepared {
  steps: Step[];
  target: Target;
  source: Source;
  reportDir: string;
}

/**
 * Works out what a migration does. Throws `no_source`, `same_home`, `no_such_agent`, `usage`.
 *
 * @param looked what was found in the source a moment ago
 */
export async function prepare(
  host: Host,
  options: MigrateOptions,
  looked?: Source,
): Promise<Prepared> {
  const { provider, to = "openclaw", from, home, agent, followLinks = false } = options;
  const { includeSecrets = false } = options;
  const where = { from, followLinks, to, includeSecrets };
  const source = looked ?? await sourceOf(host, provider, where);
  const target = resolveTarget(host, { to, home, agent });
  refuseSameHome(host, source, target);
  const reportDir = reportFolder(host, target, provider);
  const planning: Planning = {
    host,
    provider,
    target,
    reportDir,
    overwrite: options.overwrite ?? false,
    includeSecrets,
    followLinks,
    archived: new Set(),
  };
  const assets = source.assets.filter((asset) => target.takes(provider, asset));
  const selected = selectSteps(refuseTwins(stepsOf(planning, assets)), options);
  const steps = [...selected, ...pluginSettingSteps(planning, selected)];
  return { steps, target, source, reportDir };
}

function refuseSameHome({ platform }: Host, { root }: Source, { home }: Target): void {
  const isOne = isInside(root, home.path, platform) && isInside(home.path, root, platform);
  if (!isOne) return;
  throw new LifeboatError("refused", "same_home", `${root} cannot be moved into itself`, {
    hint: "Name another home with --from, or another target with --to.",
  });
}

/** `migration/<provider>/<time>` in the home, as OpenClaw has it, so that it is backed up with it. */
function reportFolder(host: Host, { home }: Target, provider: string): string {
  const stamp = host.now().toISOString().replaceAll(":", "-");
  return pathsOf(host.platform).join(home.path, "migration", provider, stamp);
}

function stepsOf(planning: Planning, assets: Asset[]): Step[] {
  const isSkill = (asset: Asset): asset is SkillAsset => asset.kind === "skill";
  const isCommand = (asset: Asset): asset is CommandAsset => asset.kind === "command";
  const others = assets.filter((asset) => !isSkill(asset) && !isCommand(asset));
  return [
    ...skillSteps(planning, assets.filter(isSkill), assets.filter(isCommand)),
    ...others.map((asset) => stepFor(planning, asset)),
  ];
}

/** Two things with one target, such as a server of the user and one of a project: neither is moved. */
function refuseTwins(steps: Step[]): Step[] {
  const isOne = ({ item }: Step) => item.target !== undefined && item.action !== "append";
  const all = Map.groupBy(steps.filter(isOne), ({ item }) => item.target!);
  return steps.map((step) => {
    const { item } = step;
    const twins = isOne(step) ? all.get(item.target!)!.length : 1;
    if (twins === 1 || item.status === "conflict" || item.status === "error") return step;
    const reason = `${twins} items go to ${item.target}`;
    return { item: { ...item, status: "conflict", reason }, effects: [] };
  });
}

/** Says exactly what a migration would do. Changes nothing. */
export async function planMigration(host: Host, options: MigrateOptions): Promise<MigrationPlan> {
  return planOf(await prepare(host, options), options);
}

/** What the user is shown of a plan, without secrets. */
export function planOf(
  { steps, target, source }: Prepared,
  options: MigrateOptions,
): MigrationPlan {
  const items = steps.map(({ item }) => item);
  return withoutKeys({
    ok: true,
    dry_run: true,
    providerId: options.provider,
    targetId: target.id,
    source: source.root,
    target: target.root,
    summary: summaryOf(items),
    items,
    warnings: source.warnings,
    nextSteps: nextSteps(items),
    metadata: { ...source.metadata, ...target.metadata },
  });
}

function nextSteps(items: MigrationItem[]): string[] {
  const has = (test: (item: MigrationItem) => boolean) => items.some(test);
  return [
    ...(has(({ kind }) => kind === "archive" || kind === "manual")
      ? ["Look at what was archived and listed for review; nothing of it is active."]
      : []),
    ...(has(({ id, status }) => id.startsWith("config:mcp-server:") && status !== "skipped")
      ? ["Look at the MCP servers, and switch on those that you want."]
      : []),
    ...(has(({ kind, status }) => kind === "plugin" && status === "skipped")
      ? ["Plugins are code: name those that you want with --plugin."]
      : []),
    ...(has(({ kind, status }) => kind === "plugin" && status !== "skipped")
      ? [
        "OpenClaw's Codex installs the plugins when it is started next; sign in to their apps then.",
      ]
      : []),
    ...(has(({ details }) => details?.secretsLeftOut !== undefined)
      ? ["Keys were left out: enter them in the new place, or use --include-secrets."]
      : []),
    ...(has(({ status }) => status === "conflict")
      ? ["Solve conflicts: choose items with --skill or --item, or replace with --overwrite."]
      : []),
  ];
}
