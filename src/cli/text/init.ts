import { printable } from "../../base/mod.ts";
import type { InitResult } from "../../upkeep/mod.ts";
import { formatFields } from "../format.ts";
import type { Style } from "../style.ts";
import { indent } from "./lists.ts";

/** What lies around, and what to do next. */
export function initText({ config, homes, next_steps }: InitResult, style: Style): string {
  const how = config.action === "created" ? "written, with comments" : "left as it is";
  const fields: [string, string | string[]][] = [
    ["Configuration", `${printable(config.path)}  ${how}`],
    ...homes.map(({ profile, home, backup_root }): [string, string] => [
      profile,
      `${printable(home)}  backups in ${printable(backup_root)}`,
    ]),
  ];
  const warnings = homes.flatMap((home) => home.warnings)
    .map((warning) => `${style.yellow("warning:")} ${printable(warning)}`);
  const steps = next_steps.map((step, i) => `${i + 1}. ${step}`);
  return [...formatFields(fields), ...warnings, "", "Next:", ...indent(steps), ""].join("\n");
}
