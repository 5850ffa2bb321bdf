/** The recovery sheet, for paper: no colour, and lines that fit on it. */
import { type Platform, printable } from "../../base/mod.ts";
import type { RecoverySheet } from "../../upkeep/mod.ts";
import { formatCount, formatTime } from "../format.ts";
import { indent } from "./lists.ts";

const RESTORERS: Record<Platform, string> = {
  linux: "restore-standalone",
  darwin: "restore-standalone",
  windows: "restore-standalone.exe",
};

/** The line that checks the program, or the same as the restorer in a backup, before it is started. */
function checkLine(platform: Platform, sha256: string): string {
  const file = RESTORERS[platform];
  if (platform === "windows") {
    return `(Get-FileHash ${file}).Hash -eq "${sha256.toUpperCase()}"`;
  }
  return `echo "${sha256}  ${file}" | ${platform === "darwin" ? "shasum -a 256" : "sha256sum"} -c`;
}

function identityLines({ identities }: RecoverySheet, secrets: string[]): string[] {
  if (identities.length === 0) {
    return [
      "There is none here. Backups under a passphrase are opened by that alone:",
      "",
      "passphrase: ______________________________________________________",
    ];
  }
  const lines = identities.flatMap(({ name, locked }, at) => [
    `${printable(name)}${locked ? " (under a passphrase of its own)" : ""}`,
    "",
    ...secrets[at].trimEnd().split("\n"),
    "",
  ]);
  return [...lines, "Type it into a file, such as identity.txt, and keep that private."];
}

function placeLines({ folders, backends }: RecoverySheet): string[] {
  const onDisk = folders.map(({ path, backups }) =>
    `${printable(path)}  (${formatCount(backups, "backup")})`
  );
  const away = backends.map(({ id, type, path, endpoint, region, bucket, prefix }) => {
    const bucketPlace = [endpoint, bucket, prefix, region].filter(Boolean).join("  ");
    return printable(`${id}: ${type}  ${type === "folder" ? path : bucketPlace}`);
  });
  const lines = [...onDisk, ...away];
  return lines.length > 0 ? lines : ["There are none yet."];
}

function programLines(sheet: RecoverySheet, platform: Platform): string[] {
  const { executable } = sheet;
  if (!executable) return ["This lifeboat is not compiled, and has no SHA-256."];
  return [
    `lifeboat ${executable.version}, SHA-256`,
    executable.sha256,
    "",
    `The restorer in backups made with it is the same file. In the folder of an unpacked`,
    "backup, before you type any passphrase or start anything:",
    "",
    checkLine(platform, executable.sha256),
  ];
}

function recoveryLines({ identities, signing_key, backends }: RecoverySheet): string[] {
  const identity = identities.length > 0 ? " --identity identity.txt" : "";
  const [first] = backends;
  const open = identities.length > 0 ? "age -d -i identity.txt" : "age -d";
  return [
    ...(signing_key ? [`lifeboat keys trust ${signing_key} --name before`] : []),
    `lifeboat restore BACKUP.tar${identity} --apply`,
    ...(first ? [`lifeboat restore latest --from-remote ${first.id}${identity} --apply`] : []),
    "",
    "Without lifeboat, with tar and age:",
    "",
    "tar xf BACKUP.tar",
    `${open} */payload.tar.gz.age | tar xz`,
  ];
}

/** The sheet; `secrets` are the identities as they are to be printed, in their order. */
export function sheetText(sheet: RecoverySheet, secrets: string[], platform: Platform): string {
  const part = (title: string, lines: string[]) => ["", title, "", ...indent(lines)];
  return [
    `LIFEBOAT RECOVERY SHEET, ${formatTime(sheet.created_at)}`,
    "Keep it on paper, where only you find it: whoever has it can read your backups.",
    ...part("1. What opens the backups (an age identity)", identityLines(sheet, secrets)),
    ...part("2. What your backups are signed with (public)", [sheet.signing_key ?? "nothing yet"]),
    ...part("3. Where they are", placeLines(sheet)),
    ...part("4. The program", programLines(sheet, platform)),
    ...part("5. On a new machine", recoveryLines(sheet)),
    "",
  ].map((line) => line.trimEnd()).join("\n");
}

/** What is told when the sheet was written to a file. */
export function sheetWrittenText({ output }: RecoverySheet): string {
  return `The recovery sheet is in ${printable(output!)}. Print it, then delete the file:\n` +
    "whoever has it can read your backups.\n";
}
