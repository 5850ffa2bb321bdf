import { printable } from "../../base/mod.ts";
import type {
  MigrationItem,
  MigrationPlan,
  MigrationResult,
  ProviderList,
} from "../../migrate/mod.ts";
import { type Column, formatCount, formatFields, formatTable } from "../format.ts";
import type { Style } from "../style.ts";
import { indent, section, warningLines } from "./lists.ts";

const PROVIDER_COLUMNS: Column[] = [
  { title: "FROM" },
  { title: "FOUND" },
  { title: "WHERE" },
  { title: "WHAT" },
];

/** Which agents can be moved from. */
export function providersText({ providers, targets }: ProviderList, style: Style): string {
  const rows = providers.map(({ id, description, detection: { found, source, confidence } }) => [
    id,
    found ? style.green(confidence) : "-",
    printable(source || "-"),
    description,
  ]);
  const table = formatTable(PROVIDER_COLUMNS, rows, style.bold);
  return [...table, "", `They are moved to: ${targets.join(", ")}`, ""].join("\n");
}

const COLUMNS: Column[] = [
  { title: "ITEM" },
  { title: "ACTION" },
  { title: "STATUS" },
  { title: "FROM" },
  { title: "WHY" },
];

function statusText({ status }: MigrationItem, style: Style): string {
  if (status === "planned" || status === "migrated") return style.green(status);
  if (status === "conflict" || status === "error") return style.red(status);
  return style.dim(status);
}

function short(path: string | undefined, userHome: string): string {
  if (path === undefined) return "-";
  const below = path.startsWith(userHome) ? path.slice(userHome.length) : undefined;
  return printable(below !== undefined && /^[\\/]/.test(below) ? `~${below}` : path);
}

/** Why an item is not moved; of one that is, what of it is left out. */
function noteOf({ reason, details }: MigrationItem): string {
  if (reason) return reason;
  const { linksLeftOut, secretsLeftOut, settingsLeftOut } = details ?? {};
  const links = Array.isArray(linksLeftOut) ? linksLeftOut.length : 0;
  return [
    ...(links > 0 ? [`${formatCount(links, "link")} left out`] : []),
    ...[secretsLeftOut, settingsLeftOut].filter(Array.isArray)
      .map((names) => `left out: ${names.join(", ")}`),
  ].join("; ");
}

function row(item: MigrationItem, userHome: string, style: Style): string[] {
  const { id, action, source, sensitive } = item;
  return [
    printable(id),
    action,
    statusText(item, style) + (sensitive ? style.yellow(" secret") : ""),
    short(source, userHome),
    printable(noteOf(item)),
  ];
}

function table({ items }: MigrationPlan, userHome: string, style: Style): string[] {
  if (items.length === 0) return ["Nothing of it can be moved there."];
  return formatTable(COLUMNS, items.map((item) => row(item, userHome, style)), style.bold);
}

function counts({ summary }: MigrationPlan): string {
  const { total, planned, migrated, skipped, conflicts, errors } = summary;
  const parts = [
    formatCount(total, "item"),
    ...(planned > 0 ? [`${planned} planned`] : []),
    ...(migrated > 0 ? [`${migrated} moved`] : []),
    ...(skipped > 0 ? [`${skipped} left out`] : []),
    ...(conflicts > 0 ? [formatCount(conflicts, "conflict")] : []),
    ...(errors > 0 ? [formatCount(errors, "error")] : []),
  ];
  return parts.join(", ");
}

function headline(plan: MigrationPlan, userHome: string): string {
  const { providerId, targetId, source, target } = plan;
  return `${providerId} (${short(source, userHome)}) to ${targetId} (${short(target, userHome)})`;
}

/** What a migration would do, item by item. */
export function migrationPlanText(plan: MigrationPlan, userHome: string, style: Style): string {
  return [
    `${style.bold("Migration")} from ${headline(plan, userHome)}`,
    "",
    ...table(plan, userHome, style),
    "",
    counts(plan),
    ...warningLines(plan.warnings, style),
    ...section(style.bold("Next"), plan.nextSteps),
    "",
  ].join("\n");
}

/**
 * What a migration has done, item by item.
 *
 * @param undo the command that takes it back
 */
export function migratedText(
  result: MigrationResult,
  { userHome, undo }: { userHome: string; undo: string },
  style: Style,
): string {
  const { ok, reportDir, backupPath, undo_id, set_aside, warnings, nextSteps } = result;
  const title = ok ? style.green("Migrated") : style.yellow("Partly migrated");
  const beside = set_aside.map(({ path, at }) => printable(`${path}: now ${at}`));
  return [
    `${title} ${headline(result, userHome)}`,
    "",
    ...table(result, userHome, style),
    "",
    counts(result),
    ...indent(formatFields([
      ["Report", short(reportDir ?? undefined, userHome)],
      ["Backup before", short(backupPath ?? undefined, userHome)],
    ])),
    ...section(style.yellow("Changed meanwhile, and kept beside"), beside),
    ...warningLines(warnings, style),
    ...section(style.bold("Next"), nextSteps),
    ...(undo_id === null ? [] : [`Take it back with: ${undo}`]),
    "",
  ].join("\n");
}
