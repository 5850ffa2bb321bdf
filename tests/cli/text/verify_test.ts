import type { VerifyReport } from "../../../src/archive/mod.ts";
import { plain } from "../../../src/cli/style.ts";
import { verifyText } from "../../../src/cli/text/verify.ts";
import { assert } from "../../assert.ts";

const report: VerifyReport = {
  ok: true,
  id: "codex-backup-1",
  path: "/b/codex-backup-1.tar.gz",
  form: "tar.gz",
  quick: false,
  files_checked: 46,
  bytes_checked: 93e6,
  damaged: [],
  missing: [],
  extra: [],
  kit_ok: true,
  archive_sha256: "matches",
  catalog_sha256: "unknown",
  signature: null,
  encrypted: false,
  unchecked: [],
};

Deno.test("an undamaged backup says how much was read", () => {
  assert.equal(
    verifyText(report, plain),
    "codex-backup-1  undamaged  /b/codex-backup-1.tar.gz\n" +
      "  Checked: 46 files, 93 MB read, the archive's SHA-256 is right\n" +
      "  Signed by: nobody\n",
  );
});

Deno.test("a quick check claims no more than it has seen", () => {
  const quick: VerifyReport = { ...report, quick: true, archive_sha256: "absent" };
  assert.match(verifyText(quick, plain), /Checked: structure and list of files\n {2}Signed/);
});

Deno.test("damage is named file by file", () => {
  const damaged: VerifyReport = {
    ...report,
    ok: false,
    damaged: [
      { path: "files/a", expected_sha256: "A", actual_sha256: "B" },
      { path: "files/b", reason: "it is cut off" },
    ],
    missing: ["files/c"],
    extra: ["files/d"],
    kit_ok: false,
  };
  assert.equal(
    verifyText(damaged, plain).split("\n").slice(3).join("\n"),
    `Damaged
  files/a  its content is not what was backed up
  files/b  it is cut off
Missing
  files/c
Not in the manifest
  files/d
The restore kit is not the one that was put in.
`,
  );
});
