/** The programs that Lifeboat is measured beside, and what measures them. */

/** A program and the Debian package it comes from. */
export interface Peer {
  program: string;
  package: string;
  /** Arguments that make it tell its version. */
  version: string[];
}

/** All that is needed besides Lifeboat. */
export const PEERS: Peer[] = [
  { program: "bash", package: "bash", version: ["--version"] },
  { program: "tar", package: "tar", version: ["--version"] },
  { program: "gzip", package: "gzip", version: ["--version"] },
  { program: "pigz", package: "pigz", version: ["--version"] },
  { program: "zstd", package: "zstd", version: ["--version"] },
  { program: "restic", package: "restic", version: ["version"] },
  { program: "borg", package: "borgbackup", version: ["--version"] },
  { program: "time", package: "time", version: ["--version"] },
];

/** Versions of the programs that are there, by name. */
export type Versions = Record<string, string>;

/** The programs that are there, with the first line of what they say of themselves. */
export async function findPeers(): Promise<Versions> {
  const versions: Versions = {};
  for (const { program, version } of PEERS) {
    const said = await firstLine(program, version);
    if (said !== undefined) versions[program] = said;
  }
  return versions;
}

async function firstLine(program: string, args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
    if (!success) return undefined; // another program of that name, such as the time of BSD
    const text = new TextDecoder().decode(stdout.length > 0 ? stdout : stderr);
    return text.split("\n")[0].trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What installs the missing peers, when this user may: root on a Debian. */
export function installCommand(found: Versions, uid: number | null): string[] | undefined {
  const missing = PEERS.filter(({ program }) => !(program in found));
  if (missing.length === 0 || uid !== 0) return undefined;
  const packages = missing.map((peer) => peer.package);
  return ["apt-get", "-q", "install", "-y", "--no-install-recommends", ...packages];
}

/** Installs what is missing, as far as that is possible. What it says goes to stderr. */
export async function installPeers(found: Versions): Promise<Versions> {
  const command = installCommand(found, Deno.uid());
  if (!command) return found;
  for (const args of [["-q", "update"], command.slice(1)]) {
    try {
      const env = { DEBIAN_FRONTEND: "noninteractive" };
      await new Deno.Command(command[0], { args, env, stdout: "null" }).output();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return found; // no Debian
      throw error;
    }
  }
  return await findPeers();
}
