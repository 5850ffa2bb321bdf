import { printable } from "../../base/mod.ts";
import type { CreateResult, IsolatedItem, IsolatedList, RemoveResult } from "../../isolate/mod.ts";
import { type Column, formatBytes, formatFields, formatNumber, formatTable } from "../format.ts";
import type { Style } from "../style.ts";
import { indent, warningLines } from "./lists.ts";

function commandFor({ id, owner }: CreateResult): string {
  const home = owner === "lifeboat" ? id : `--openclaw-agent ${id}`;
  return `lifeboat isolate exec ${home} -- codex`;
}

function seedFields({ seeded }: CreateResult): [string, string][] {
  if (!seeded) return [];
  const { summary: { migrated, skipped, errors }, reportDir } = seeded;
  const counts = `${migrated} moved, ${skipped} left out, ${errors} errors`;
  return [["Seeded", counts], ["Report", printable(reportDir ?? "-")]];
}

/** A home that was made, and what to do with it. */
export function createdText(result: CreateResult, style: Style): string {
  return [
    `${style.green("Made")} ${style.bold(printable(result.id))}`,
    ...indent(formatFields([
      ["CODEX_HOME", printable(result.path)],
      ["HOME", printable(result.user_home ?? "yours, as everywhere")],
      ...seedFields(result),
    ])),
    `Start Codex in it with: ${printable(commandFor(result))}`,
    "",
  ].join("\n");
}

const COLUMNS: Column[] = [
  { title: "ID" },
  { title: "OWNER" },
  { title: "HOME" },
  { title: "LOGIN" },
  { title: "FILES", right: true },
  { title: "SIZE", right: true },
  { title: "PATH" },
];

const LOGINS = { none: "-", api_key: "API key", subscription: "subscription" };

function row({ id, owner, user_home, login, files, bytes, path }: IsolatedItem): string[] {
  return [
    printable(id),
    owner === "openclaw" ? "OpenClaw" : "Lifeboat",
    user_home === null ? "shared" : "own",
    LOGINS[login],
    formatNumber(files),
    formatBytes(bytes),
    printable(path),
  ];
}

/** The isolated homes as a table. */
export function isolatedListText({ homes }: IsolatedList, style: Style): string {
  if (homes.length === 0) return "No isolated homes. Make one with: lifeboat isolate create ID\n";
  return [...formatTable(COLUMNS, homes.map(row), style.bold), ""].join("\n");
}

/** A home that was removed, and where it is kept. */
export function removedText({ id, backup, warnings }: RemoveResult, style: Style): string {
  return [
    `${style.green("Removed")} ${style.bold(printable(id))}; it is kept in ${printable(backup)}`,
    ...warningLines(warnings, style),
    `It comes back with: lifeboat restore latest --isolated ${printable(id)} --apply`,
    "",
  ].join("\n");
}
