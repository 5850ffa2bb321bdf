/** Skills: what an agent reads to know when, and how, it shall call lifeboat. */
import { fileURLToPath } from "node:url";
import { type Host, lstatIfThere, pathsOf, readText } from "../base/mod.ts";
import { type AgentHome, presentAgents, requireAgents } from "./homes.ts";
import type { InstallPlan, InstallStep } from "./install.ts";
import { editStep, planEdit, planRevert, revertStep } from "./user_file.ts";

/** The agents that skills can be given to. */
export const SKILLED = ["claude-code", "codex", "openclaw"] as const;
export type Skilled = typeof SKILLED[number];

const MAX_BYTES = 1 << 20;
/** What a skill consists of. */
const FILES = ["SKILL.md", "agents/openai.yaml"];

/** A skill that comes with the program. */
interface Skill {
  name: string;
  files: { name: string; text: string }[];
}

function skillsOf(host: Host): Skill[] {
  const { join } = pathsOf(host.platform);
  const folder = fileURLToPath(new URL("skills", host.kit));
  return host.fs.list(folder).entries.map(({ name }) => ({
    name,
    files: FILES.map((file) => ({
      name: file,
      text: readText(host.fs, join(folder, name, file), MAX_BYTES),
    })),
  }));
}

/** A folder in which an agent looks for skills. */
interface SkillFolder {
  agent: Skilled;
  path: string;
}

/** Where agents look for skills (agent-homes.md 4.2): Codex and OpenClaw share a folder. */
function skillFolders(host: Host, homes: AgentHome<Skilled>[]): SkillFolder[] {
  const { join } = pathsOf(host.platform);
  const shared = join(host.userHome, ".agents", "skills");
  return homes
    .map(({ agent, home }) => ({
      agent,
      path: agent === "claude-code" ? join(home.path, "skills") : shared,
    }))
    .filter(({ path }, i, all) => all.findIndex((one) => one.path === path) === i);
}

/** A skill for an agent: what becomes of each of its files. */
type Step = (skill: string, file: { path: string; text: string }) => InstallStep;

function eachFile(host: Host, homes: AgentHome<Skilled>[], step: Step): InstallStep[] {
  const { join } = pathsOf(host.platform);
  return skillFolders(host, homes).flatMap(({ agent, path }) =>
    skillsOf(host).flatMap(({ name, files }): InstallStep[] => {
      const folder = join(path, name);
      // The original put a link to its own repository there; writing through it would change that.
      if (lstatIfThere(host.fs, folder)?.kind === "symlink") {
        return [{ agent, what: "skills", path: folder, action: "kept", carryOut() {} }];
      }
      return files.map((file) => ({
        ...step(folder, { path: join(folder, file.name), text: file.text }),
        agent,
      }));
    })
  );
}

/** What giving the skills to agents would do. Throws `no_such_home`. */
export function planSkills(host: Host, agents: readonly Skilled[]): InstallPlan {
  const steps = eachFile(
    host,
    requireAgents(host, agents),
    (_, { path, text }) => editStep(host, planEdit(host, path, "skills", () => text)),
  );
  const isNew = steps.some(({ action }) => action === "create" || action === "change");
  const next_steps = steps.filter(({ action }) => action === "kept")
    .map(({ path }) => `${path} is a link, and stays. Remove it, and install again.`);
  if (isNew) next_steps.push("Agents see the skills after they have been started anew.");
  return { steps, next_steps };
}

/** What taking the skills away from agents would do; what the user has changed in them stays. */
export function planSkillsRemoval(host: Host, agents: readonly Skilled[]): InstallPlan {
  const steps = eachFile(host, presentAgents(host, agents), (folder, { path, text }) => {
    const unlessChanged = (found?: string) => found === text ? undefined : found;
    const revert = revertStep(host, planRevert(host, path, "skills", unlessChanged));
    return {
      ...revert,
      async carryOut() {
        await revert.carryOut();
        removeEmptyFolders(host, folder);
      },
    };
  });
  return { steps, next_steps: [] };
}

function removeEmptyFolders({ fs, platform }: Host, folder: string): void {
  for (const path of [pathsOf(platform).join(folder, "agents"), folder]) {
    if (lstatIfThere(fs, path) && fs.list(path).entries.length === 0) fs.remove(path);
  }
}
