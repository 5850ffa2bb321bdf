import { join } from "node:path";
import { realFs, sha256OfFile } from "../../src/base/mod.ts";
import { buildProgram } from "../build/program.ts";
import type { Toolchain } from "../build/runtime.ts";
import type { Target } from "../build/targets.ts";
import { say } from "../terminal.ts";
import { plainSignature, publicKeyOf, sshPublicKey, sshSignature } from "./signing.ts";

export interface ReleaseOptions {
  /** The project's folder. */
  root: string;
  /** Where the release goes; made anew. */
  folder: string;
  targets: readonly Target[];
  chooseToolchain(target: Target): Promise<Toolchain>;
  /** PEM; the private half of `publicKey`. */
  privateKey: string;
  publicKey: string;
}

/** Builds the programs, adds the installers, and signs the list of their hashes. */
export async function makeRelease(options: ReleaseOptions): Promise<void> {
  const { root, folder, targets, privateKey, publicKey } = options;
  if (publicKeyOf(privateKey).trim() !== publicKey.trim()) {
    throw new Error("The private key does not belong to kit/release-key.pem");
  }
  const toolchains = await Promise.all(targets.map((target) => officialToolchain(options, target)));
  await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
  await Deno.mkdir(folder, { recursive: true });
  const names: string[] = [];
  for (const [i, target] of targets.entries()) {
    const name = `lifeboat-${target.name}${target.suffix}`;
    const output = join(folder, name);
    await buildProgram({ root, target, toolchain: toolchains[i], output, releaseKey: publicKey });
    say(output);
    names.push(name);
  }
  names.push(...await addInstallers(root, folder, publicKey));
  await signHashes(folder, names, privateKey);
}

async function officialToolchain(options: ReleaseOptions, target: Target): Promise<Toolchain> {
  const toolchain = await options.chooseToolchain(target);
  if (toolchain.runtime === "official") return toolchain;
  throw new Error(
    `A release is not compiled onto the fallback runtime (${target.name}). ` +
      "Build it where Deno's own site can be reached, or name an official denort in DENORT_BIN.",
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function addInstallers(root: string, folder: string, publicKey: string): Promise<string[]> {
  const names = ["install.sh", "install.ps1"];
  for (const name of names) {
    const template = await Deno.readTextFile(join(root, "scripts", name));
    await Deno.writeTextFile(join(folder, name), withKey(template, publicKey));
  }
  return names;
}

/** An installer with the key that it checks by; in the source tree it has none. */
export function withKey(installer: string, publicKey: string): string {
  return installer
    .replace("@RELEASE_KEY_PEM@", publicKey.trim())
    .replace("@RELEASE_KEY_SSH@", sshPublicKey(publicKey));
}

/** Writes SHA256SUMS over the named files, and its signatures. */
export async function signHashes(
  folder: string,
  names: string[],
  privateKey: string,
): Promise<void> {
  const list = join(folder, "SHA256SUMS");
  const lines = names.toSorted().map((name) =>
    `${sha256OfFile(realFs, join(folder, name)).toLowerCase()}  ${name}\n`
  );
  const sums = new TextEncoder().encode(lines.join(""));
  await Deno.writeFile(list, sums);
  await Deno.writeTextFile(`${list}.sig`, plainSignature(sums, privateKey));
  await Deno.writeTextFile(`${list}.sshsig`, sshSignature(sums, privateKey));
}
