import type { UpdateResult } from "../../agents/mod.ts";
import { printable } from "../../base/mod.ts";

/** What vouched for the new version. */
const CHECKED = {
  signature: "Its release is signed.",
  sha256: "It has the hash that you named.",
  kept: "It was kept here since the last update.",
};

/** What became of the program. */
export function updateText({ path, version, previous_version, checked_by }: UpdateResult): string {
  return [
    `${printable(path)} is lifeboat ${version} now; it was ${previous_version}.`,
    CHECKED[checked_by],
    "To go back: lifeboat update --rollback",
    "",
  ].join("\n");
}
