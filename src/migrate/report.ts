/** What stays of a migration in the home: a report for programs, and one for a person. */
import { type Host, pathsOf, printable } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { NewFile } from "../restore/mod.ts";
import { PRIVATE } from "./effects.ts";
import type { MigrationItem } from "./item.ts";
import { placeIn } from "./place.ts";
import type { MigrationPlan } from "./plan.ts";

function line({ id, reason, target, message }: MigrationItem): string {
  const note = reason ? `: ${reason}` : target ? ` → ${target}` : message ? `: ${message}` : "";
  return printable(`- \`${id}\`${note}`);
}

const SECTIONS: [title: string, status: MigrationItem["status"]][] = [
  ["Moved", "migrated"],
  ["Errors", "error"],
  ["Conflicts", "conflict"],
  ["Not moved", "skipped"],
];

/** The report for a person, in Markdown. */
function summaryText(plan: MigrationPlan): string {
  const { providerId, targetId, source, target, items, warnings, nextSteps, summary } = plan;
  const section = (title: string, lines: string[]) =>
    lines.length > 0 ? [`## ${title}`, "", ...lines, ""] : [];
  return [
    `# Migration from ${providerId} to ${targetId}`,
    "",
    `From \`${printable(source)}\` to \`${
      printable(target)
    }\`: ${summary.migrated} moved, ${summary.skipped} not moved, ` +
    `${summary.errors} errors.`,
    "",
    ...SECTIONS.flatMap(([title, status]) =>
      section(title, items.filter((item) => item.status === status).map(line))
    ),
    ...section("Warnings", warnings.map((one) => printable(`- ${one}`))),
    ...section("Next", nextSteps.map((one) => `- ${one}`)),
    `Take it back with: \`lifeboat undo --profile ${targetId}\``,
    "",
  ].join("\n");
}

/** The files of a report. */
export function reportFiles(
  host: Host,
  home: Home,
  reportDir: string,
  plan: MigrationPlan & { backupPath: string | null; reportDir: string },
): NewFile[] {
  const { join } = pathsOf(host.platform);
  const texts: [name: string, text: string][] = [
    ["report.json", `${JSON.stringify(plan, null, 2)}\n`],
    ["summary.md", summaryText(plan)],
  ];
  return texts.map(([name, text]) => ({
    ...placeIn(host, home, join(reportDir, name))!,
    content: { bytes: new TextEncoder().encode(text) },
    mode: PRIVATE,
  }));
}
