import { printable } from "../../base/mod.ts";
import type {
  BackendChange,
  BackendImport,
  BackendItem,
  BackendList,
  BackendTest,
} from "../../remote/mod.ts";
import { type Column, formatTable } from "../format.ts";
import type { Style } from "../style.ts";
import { section, warningLines } from "./lists.ts";

const COLUMNS: Column[] = [{ title: "BACKEND" }, { title: "TYPE" }, { title: "PLACE" }];

function placeText({ type, path, endpoint, bucket, prefix }: BackendItem): string {
  if (type === "local") return "the backup folders of this machine";
  if (type === "folder") return printable(path!);
  const name = [bucket, prefix].filter(Boolean).join("/");
  return printable(`${name} at ${new URL(endpoint!).host}`);
}

function row(item: BackendItem, style: Style): string[] {
  const name = item.type === "local" ? "[local]" : printable(item.id);
  const mark = item.default && item.type !== "local" ? style.dim("  default") : "";
  return [name + mark, item.type === "local" ? "" : item.type, placeText(item)];
}

/** The backends as a table. */
export function backendsText({ backends }: BackendList, style: Style): string {
  const table = formatTable(COLUMNS, backends.map((item) => row(item, style)), style.bold);
  const hint = backends.length > 1
    ? []
    : ["", "Add one with: lifeboat backends add folder --path P, or: lifeboat backends add s3"];
  return [...table, ...hint, ""].join("\n");
}

/** That a backend was added. */
export function backendAddedText({ backend, warnings }: BackendChange, style: Style): string {
  const isDefault = backend.default ? ", the default one" : "";
  return [
    ...warningLines(warnings, style),
    `Added ${style.bold(printable(backend.id))}${isDefault}: ${placeText(backend)}`,
    "Copy your backups there with: lifeboat sync --all",
    "",
  ].join("\n");
}

/** That a backend was forgotten. */
export function backendRemovedText({ backend }: BackendChange): string {
  return `Forgot ${printable(backend.id)}. What is stored there stays: ${placeText(backend)}\n`;
}

/** That a backend does what it must. */
export function backendTestText({ backend, place, steps }: BackendTest, style: Style): string {
  return `${style.bold(printable(backend.id))}  ${style.green("works")}  ${
    style.dim(printable(place))
  }\n  Done: ${steps.join(", ")}\n`;
}

/** What was taken over from ClawBackup. */
export function backendImportText(result: BackendImport, style: Style): string {
  const { imported, skipped, warnings } = result;
  const left = skipped.map(({ id, reason }) => printable(`${id}: ${reason}`));
  return [
    ...warningLines(warnings, style),
    ...section("Imported", imported.map((item) => `${printable(item.id)}  ${placeText(item)}`)),
    ...section(style.yellow("Left out"), left),
    "",
  ].join("\n");
}
