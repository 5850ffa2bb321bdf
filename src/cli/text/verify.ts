import type { Damage, VerifyReport } from "../../archive/mod.ts";
import { printable } from "../../base/mod.ts";
import { signedByText } from "../../seal/mod.ts";
import { formatBytes, formatCount } from "../format.ts";
import type { Style } from "../style.ts";
import { section, some } from "./lists.ts";

function damageLine({ path, reason }: Damage): string {
  return printable(`${path}  ${reason ?? "its content is not what was backed up"}`);
}

function checkedText(
  { quick, files_checked, bytes_checked, archive_sha256, catalog_sha256 }: VerifyReport,
): string {
  const isKnown = catalog_sha256 === "matches" ? ", and the one that was made here" : "";
  const hash = archive_sha256 === "matches" ? `, the archive's SHA-256 is right${isKnown}` : "";
  if (quick) return `structure and list of files${hash}`;
  return `${formatCount(files_checked, "file")}, ${formatBytes(bytes_checked)} read${hash}`;
}

/** What verifying a backup has found. */
export function verifyText(report: VerifyReport, style: Style): string {
  const { ok, id, path, damaged, missing, extra, kit_ok, signature, unchecked } = report;
  const verdict = ok ? style.green("undamaged") : style.red("damaged");
  return [
    `${style.bold(printable(id))}  ${verdict}  ${style.dim(printable(path))}`,
    `  Checked: ${checkedText(report)}`,
    `  Signed by: ${printable(signedByText(signature) ?? "nobody")}`,
    ...section(style.red("Damaged"), some(damaged.map(damageLine))),
    ...section(style.red("Missing"), some(missing.map(printable))),
    ...section(style.yellow("Not in the manifest"), some(extra.map(printable))),
    ...section(style.yellow("Not checked"), unchecked.map(printable)),
    ...(kit_ok === false ? [style.red("The restore kit is not the one that was put in.")] : []),
    "",
  ].join("\n");
}
