/** Skills, and commands that become skills or commands: they are named together, since names collide. */
import { pathsOf } from "../base/mod.ts";
import type { CommandAsset, SkillAsset } from "./asset.ts";
import { copyTree, PRIVATE, readStrictText } from "./effects.ts";
import { type ItemAction, type ItemKind, type MigrationItem, type Step } from "./item.ts";
import { countOf, folderName, plainName, skillNames } from "./names.ts";
import { conflictAt, guarded, type Planning, stopped } from "./planning.ts";

/** A skill or command with its name in the new home. */
interface Named {
  asset: SkillAsset | CommandAsset;
  name: string;
}

/** The steps of skills, then of commands. Those whose names are alike are all refused. */
export function skillSteps(
  planning: Planning,
  skills: SkillAsset[],
  commands: CommandAsset[],
): Step[] {
  const { provider, target } = planning;
  const ofSkills = namesOfSkills(planning, skills);
  const ofCommands = commands.map(({ words }) => commandName(planning, words));
  const named: Named[] = [
    ...skills.map((asset, index) => ({ asset, name: ofSkills[index] })),
    ...commands.map((asset, index) => ({ asset, name: ofCommands[index] })),
  ];
  const inOneFolder = target.commands === undefined;
  const [skillCounts, commandCounts] = inOneFolder
    ? [countOf([...ofSkills, ...ofCommands]), countOf([...ofSkills, ...ofCommands])]
    : [countOf(ofSkills), countOf(ofCommands)];
  return named.map(({ asset, name }) => {
    const counts = asset.kind === "skill" ? skillCounts : commandCounts;
    const collides = counts.get(name)! > 1
      ? `multiple ${COLLIDING[provider]} normalize to "${name}"`
      : undefined;
    const item = itemOf(planning, asset, name);
    if (collides) return stopped(item, "conflict", collides);
    return guarded(
      item,
      (item) =>
        asset.kind === "skill"
          ? copySkill(planning, asset, item)
          : putCommand(planning, asset, { item, name }),
    );
  });
}

/** OpenClaw's words. */
const COLLIDING = {
  codex: "Codex skills",
  "claude-code": "Claude skills or commands",
  hermes: "Hermes skill directories",
};

/** Only Codex's are renamed where they collide (facts C4 and C5). */
function namesOfSkills({ host, provider }: Planning, skills: SkillAsset[]): string[] {
  const { basename, dirname } = pathsOf(host.platform);
  if (provider !== "codex") {
    const otherwise = `${provider.split("-")[0]}-skill`;
    return skills.map(({ source }) => folderName(basename(source), otherwise));
  }
  return skillNames(
    skills.map(({ source }) => ({ name: basename(source), parent: basename(dirname(source)) })),
    provider,
  );
}

/** Of Hermes the way to a skill is told, as OpenClaw does. */
function idOf({ provider }: Planning, asset: SkillAsset | CommandAsset, name: string): string {
  if (provider !== "hermes" || asset.kind !== "skill") return name;
  return [...asset.path.split("/").slice(0, -1).map(plainName), name].filter(Boolean).join(":");
}

function commandName({ provider, target }: Planning, words: string[]): string {
  const parts = words.map(plainName).filter(Boolean);
  const prefix = target.commands === undefined ? [`${provider.split("-")[0]}-command`] : [];
  return folderName([...prefix, ...parts].join("-"), "command");
}

function itemOf(planning: Planning, asset: SkillAsset | CommandAsset, name: string): MigrationItem {
  const { host, target } = planning;
  const { join } = pathsOf(host.platform);
  const isSkill = asset.kind === "skill" || target.commands === undefined;
  const action: ItemAction = asset.kind === "skill" ? "copy" : isSkill ? "create" : "copy";
  const kind: ItemKind = isSkill ? "skill" : "command";
  return {
    id: `${kind}:${idOf(planning, asset, name)}`,
    kind,
    action,
    status: "planned",
    source: asset.source,
    target: isSkill ? join(target.skills, name) : join(target.commands!, `${name}.md`),
    message: `Copy ${asset.label} into ${target.place}.`,
    details: isSkill
      ? { skillName: name, sourceLabel: asset.label }
      : { commandName: name, sourceLabel: asset.label },
  };
}

const FRONT = /^---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/;

/** Whether a skill says what it is called and what it is for, without which agents do not load it. */
function hasDescription(text: string): boolean {
  const front = FRONT.exec(text)?.[1] ?? "";
  return /^name:\s*\S/m.test(front) && /^description:\s*\S/m.test(front);
}

function copySkill(planning: Planning, { source }: SkillAsset, item: MigrationItem): Step {
  const { host, followLinks } = planning;
  const conflict = conflictAt(planning, item.target!);
  const mark = readStrictText(host, pathsOf(host.platform).join(source, "SKILL.md"));
  const { tree, effects } = copyTree(host, source, item.target!, followLinks ? "follow" : "inside");
  const planned: MigrationItem = {
    ...item,
    ...(hasDescription(mark) ? {} : {
      message: `${item.message} Its SKILL.md has no name and description, so it may not be loaded.`,
    }),
    details: {
      ...item.details,
      files: tree.files.length,
      bytes: tree.bytes,
      ...(tree.leftOut.length > 0 ? { linksLeftOut: tree.leftOut } : {}),
      ...(tree.unusable.length > 0 ? { unusable: tree.unusable } : {}),
    },
  };
  return conflict ? stopped(planned, "conflict", conflict) : { item: planned, effects };
}

const MAX_DESCRIPTION = 180;

function firstParagraph(text: string): string | undefined {
  return text.replace(FRONT, "").split(/\r?\n\s*\r?\n/)
    .map((part) => part.replaceAll(/\s+/g, " ").trim()).find(Boolean);
}

/** A command as a skill that only a person can start: commands are prompts, not knowledge. */
function commandAsSkill(name: string, label: string, text: string): string {
  const said = firstParagraph(text) ?? `Imported from ${label}`;
  const description = [...said].slice(0, MAX_DESCRIPTION).join("");
  return [
    "---",
    `name: ${name}`,
    `description: ${JSON.stringify(description)}`,
    "disable-model-invocation: true",
    "---",
    "",
    `<!-- Imported from ${label.replaceAll("-->", "")} by lifeboat -->`,
    "",
    text.replace(FRONT, "").trim(),
    "",
  ].join("\n");
}

function putCommand(
  planning: Planning,
  { source, label }: CommandAsset,
  { item, name }: { item: MigrationItem; name: string },
): Step {
  const { host } = planning;
  const text = readStrictText(host, source);
  const conflict = conflictAt(planning, item.target!);
  if (conflict) return stopped(item, "conflict", conflict);
  const isSkill = item.kind === "skill";
  const target = isSkill ? pathsOf(host.platform).join(item.target!, "SKILL.md") : item.target!;
  const content = { text: isSkill ? commandAsSkill(name, label, text) : text };
  return { item, effects: [{ do: "put", target, content, mode: PRIVATE }] };
}
