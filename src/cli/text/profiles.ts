import { printable } from "../../base/mod.ts";
import type { ProfileItem, ProfileShown } from "../../profiles/mod.ts";
import { formatFields, formatTable } from "../format.ts";
import type { Style } from "../style.ts";

/** The profiles as a table. */
export function profileListText(profiles: ProfileItem[], style: Style): string {
  const rows = profiles.map(({ id, name, home, present, experimental }) => [
    printable(id),
    printable(name) + (experimental ? style.dim(" (experimental)") : ""),
    present ? style.green("yes") : style.dim("no"),
    printable(home),
  ]);
  const columns = ["ID", "AGENT", "PRESENT", "HOME"].map((title) => ({ title }));
  return formatTable(columns, rows, style.bold).join("\n") + "\n";
}

/** One profile for a person. */
export function profileText(shown: ProfileShown, style: Style): string {
  const { profile } = shown;
  const several = (values: string[]) => values.length > 0 ? values.map(printable) : ["-"];
  const fields = formatFields([
    ["Home", printable(shown.home) + (shown.present ? "" : style.dim("  (not there)"))],
    ["Home is named by", several([...profile.home.env, profile.home.default])],
    ["Outside the home", several(shown.roots.map(({ id, path }) => `${id}: ${path}`))],
    ["Backups", printable(shown.backup_root)],
    ["Never captured", several(profile.exclude.always)],
    ["Not in mode compact", several(profile.exclude.compact)],
    ["Not put back", several(profile.restore_skip)],
    ...(profile.unverified
      ? [["Not sure", several(profile.unverified)] as [string, string[]]]
      : []),
    ["Profile", shown.built_in ? "comes with lifeboat" : printable(profile.source)],
  ]);
  return [style.bold(printable(`${profile.name} (${profile.id})`)), ...fields, ""].join("\n");
}

/** That a profile can be used. */
export function checkText(checked: { file: string; id: string; name: string }): string {
  return printable(`${checked.file} is good: ${checked.name} (${checked.id})`) + "\n";
}
