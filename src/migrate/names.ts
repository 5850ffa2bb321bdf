/** Names of skills in their new home: the rules of OpenClaw's migrations (facts C4). Pure. */
import { relativePathFault } from "../base/mod.ts";

const MOST = 64;

/** A name of lower-case letters, digits, dots, dashes and underscores; empty where nothing is left. */
export function plainName(text: string): string {
  return text.trim().toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-").replaceAll(/^-+|-+$/g, "")
    .slice(0, MOST);
}

/** The same, fit to be the name of a folder on every system; `.` and `..` lead elsewhere. */
export function folderName(text: string, otherwise: string): string {
  const name = plainName(text) || otherwise;
  if (!relativePathFault(name, "windows")) return name;
  return `${otherwise}-${name}`.replace(/[.-]+$/, "");
}

/** A skill as far as its name goes. */
export interface NamedSkill {
  /** Of its own folder. */
  name: string;
  /** Of the folder that it lies in. */
  parent: string;
}

/**
 * The name of each skill in its new home. Of several alike each gets the name of the folder it lies
 * in: `codex-<folder>-<name>`; those that are alike even so collide, and none of them is moved.
 */
export function skillNames(skills: NamedSkill[], provider: string): string[] {
  const names = skills.map(({ name }) => folderName(name, `${provider}-skill`));
  const counts = countOf(names);
  return names.map((name, index) => {
    if (counts.get(name) === 1) return name;
    const parts = [provider, plainName(skills[index].parent), name].filter(Boolean);
    return folderName(parts.join("-"), `${provider}-skill`);
  });
}

/** How often each name is there. */
export function countOf(names: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
