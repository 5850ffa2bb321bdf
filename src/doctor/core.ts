import { describeError, type Host, statIfThere } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import { type Finding, finding } from "./report.ts";

/** Whether there is a home at all, and why not: it exists, is a folder, and can be listed. */
export function findCoreFaults(host: Host, home: Home): Finding[] {
  const { name } = home.profile;
  try {
    const info = statIfThere(host.fs, home.path);
    if (!info) {
      const hint = `Start ${name} once, or name its home with --home.`;
      return [
        finding("error", "no_such_home", `There is no ${name} home: ${home.path}`, hint),
      ];
    }
    if (info.kind !== "directory") {
      const hint = `Name the home folder of ${name} with --home.`;
      return [finding("error", "home_is_a_file", `${home.path} is no folder`, hint)];
    }
    host.fs.list(home.path);
    return [];
  } catch (error) {
    return [finding(
      "error",
      "home_not_readable",
      `${home.path} cannot be read: ${describeError(error)}`,
      "Make the folder readable for your user.",
    )];
  }
}
