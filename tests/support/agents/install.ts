/** The real agents from npm, kept in a cache folder between runs. */
import { join } from "node:path";
import { testCacheFolder } from "./folders.ts";

/** The versions the tests run against. */
export const CODEX_VERSION = "0.169.0";
export const CLAUDE_CODE_VERSION = "2.1.329";
export const OPENCLAW_VERSION = "2026.9.6";

/** What needs it, OpenClaw for one; the tests themselves may run under an older one. */
const NODE_VERSION = "24";

/** Where the native programs lie. */
export interface AgentPrograms {
  codex: string;
  claude: string;
}

/** OpenClaw and the node that runs it. */
export interface OpenClawProgram {
  node: string;
  script: string;
}

/** What an agent's packages lie in, and the node that runs them. */
export interface InstalledPackages {
  modules: string;
  node: string;
}

/** Installs a newer node than the system's unless it is there; gives back its program. */
async function installNode(): Promise<string> {
  const { os, arch } = Deno.build;
  const name = `node-${os === "windows" ? "win" : os}-${arch === "aarch64" ? "arm64" : "x64"}`;
  const place = await installed(`${name}-${NODE_VERSION}`, [`${name}@${NODE_VERSION}`]);
  return join(place, "node_modules", name, "bin", os === "windows" ? "node.exe" : "node");
}

/** Installs packages of an agent, and a newer node, unless they are there. */
export async function installPackages(name: string, packs: string[]): Promise<InstalledPackages> {
  const version = packs[0].slice(packs[0].lastIndexOf("@") + 1);
  const place = await installed(`agents-${name}-${version}`, packs);
  return { modules: join(place, "node_modules"), node: await installNode() };
}

/** Installs OpenClaw, and a node for it, unless they are there. */
export async function installOpenClaw(): Promise<OpenClawProgram> {
  const { modules, node } = await installPackages("openclaw", [`openclaw@${OPENCLAW_VERSION}`]);
  return { node, script: join(modules, "openclaw", "openclaw.mjs") };
}

/** Installs both agents with npm unless they are there. */
export async function installAgents(): Promise<AgentPrograms> {
  const packages = [
    `@openai/codex@${CODEX_VERSION}`,
    `@anthropic-ai/claude-code@${CLAUDE_CODE_VERSION}`,
  ];
  const name = `agents-codex-${CODEX_VERSION}-claude-${CLAUDE_CODE_VERSION}`;
  const place = await installed(name, packages);
  return programsIn(place, Deno.build.os, Deno.build.arch);
}

/**
 * Where packages of npm are installed, as `name` in the cache folder. An install is made beside its
 * place and renamed into it, so that one that was cut short is never used. Nothing of them is run.
 */
async function installed(name: string, packages: string[]): Promise<string> {
  const place = join(testCacheFolder(), name);
  if (await exists(place)) return place;
  await Deno.mkdir(testCacheFolder(), { recursive: true });
  await removeOldParts();
  await installInto(place, packages);
  return place;
}

/** Where the native programs lie below an install, by system and processor. */
export function programsIn(
  place: string,
  os: typeof Deno.build.os,
  arch: typeof Deno.build.arch,
): AgentPrograms {
  const cpu = arch === "aarch64" ? "arm64" : "x64";
  const [system, vendor] = os === "windows"
    ? ["win32", "pc-windows-msvc"]
    : os === "darwin"
    ? ["darwin", "apple-darwin"]
    : ["linux", "unknown-linux-musl"];
  const suffix = os === "windows" ? ".exe" : "";
  const modules = join(place, "node_modules");
  const codex = join(modules, "@openai", `codex-${system}-${cpu}`, "vendor", `${arch}-${vendor}`);
  const claude = join(modules, "@anthropic-ai", `claude-code-${system}-${cpu}`);
  return {
    codex: join(codex, "bin", `codex${suffix}`),
    claude: join(claude, `claude${suffix}`),
  };
}

const PART = "agents-part-";

async function installInto(place: string, packages: string[]): Promise<void> {
  const part = await Deno.makeTempDir({ dir: testCacheFolder(), prefix: PART });
  try {
    await npmInstall(part, packages);
    await Deno.rename(part, place);
  } catch (error) {
    await Deno.remove(part, { recursive: true });
    if (!await exists(place)) throw error;
  }
}

async function npmInstall(folder: string, packages: string[]): Promise<void> {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];
  const npm = new Deno.Command(Deno.build.os === "windows" ? "npm.cmd" : "npm", {
    args: ["install", "--prefix", folder, ...quiet, ...packages],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(600_000),
  });
  const { code, stderr } = await npm.output();
  if (code === 0) return;
  const said = new TextDecoder().decode(stderr).slice(-2000);
  throw new Error(`npm could not install ${packages.join(" and ")}:\n${said}`);
}

/** Removes what installs that were killed have left, but not one that may still be running. */
async function removeOldParts(): Promise<void> {
  for await (const entry of Deno.readDir(testCacheFolder())) {
    if (!entry.name.startsWith(PART)) continue;
    const part = join(testCacheFolder(), entry.name);
    const { mtime } = await Deno.stat(part);
    if (mtime && Date.now() - mtime.getTime() > 3_600_000) {
      await Deno.remove(part, { recursive: true });
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
