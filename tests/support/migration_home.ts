/** Homes of agents to be moved from: small, and with everything that a scan of skills meets. */
import { dirname, join } from "node:path";

/** Writes a file and the folders above it. */
export function put(path: string, text = "text\n"): string {
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, text);
  return path;
}

/** Makes a skill in a folder. */
export function putSkill(folder: string, files: Record<string, string> = {}): string {
  const name = folder.split("/").at(-1);
  put(join(folder, "SKILL.md"), `---\nname: ${name}\ndescription: about ${name}\n---\nDo it.\n`);
  for (const [path, text] of Object.entries(files)) put(join(folder, path), text);
  return folder;
}

/** What a plan over the Codex home below must say of a skill: its id, status and reason. */
export interface Expected {
  id: string;
  status: string;
  reason?: string;
  /** Below the user's home folder. */
  source: string;
}

const COLLIDE = (name: string) => `multiple Codex skills normalize to "${name}"`;

/**
 * A Codex home with 40 skills, and what the rules of facts C4 make of each of them: nested ones,
 * duplicate names, `.system`, symbolic links, broken ones, and names that normalise alike.
 */
export function makeCodexWithSkills(user: string): Expected[] {
  const skills = join(user, ".codex", "skills");
  const agents = join(user, ".agents", "skills");
  const expected: Expected[] = [];
  const expect = (source: string, id: string, status = "planned", reason?: string) =>
    expected.push({ id, status, ...(reason ? { reason } : {}), source });

  for (let n = 1; n <= 23; n++) { // plain ones
    const name = `plain-${String(n).padStart(2, "0")}`;
    putSkill(join(skills, name), n === 1 ? { "scripts/run.sh": "#!/bin/sh\n" } : {});
    expect(`.codex/skills/${name}`, `skill:${name}`);
  }
  for (const path of ["team/lint", "team/web/format", "a/b/c/d/e/deep"]) { // nested, six deep at most
    putSkill(join(skills, path));
    expect(`.codex/skills/${path}`, `skill:${path.split("/").at(-1)}`);
  }
  putSkill(join(skills, "plain-01", "inner")); // in a skill nothing is looked for
  putSkill(join(skills, "a/b/c/d/e/f/too-deep"));
  putSkill(join(skills, ".system", "built-in"));
  putSkill(join(skills, "team", ".system")); // left out only at the top
  expect(".codex/skills/team/.system", "skill:.system");

  for (const path of ["one/review", "two/review", "two/sub/review"]) { // each gets its folder's name
    putSkill(join(skills, path));
    expect(`.codex/skills/${path}`, `skill:codex-${path.split("/").at(-2)}-review`);
  }
  putSkill(join(skills, "notes")); // both lie in a folder called skills
  putSkill(join(agents, "notes"));
  const alike = COLLIDE("codex-skills-notes");
  expect(".agents/skills/notes", "skill:codex-skills-notes", "conflict", alike);
  expect(".codex/skills/notes", "skill:codex-skills-notes", "conflict", alike);
  for (const name of ["My Skill", "my_skill", "my--skill", "MY  skill!"]) { // three names alike
    putSkill(join(skills, name));
    const plain = name === "my_skill" ? "my_skill" : undefined;
    if (plain) expect(`.codex/skills/${name}`, `skill:${plain}`);
    else if (name === "my--skill") expect(`.codex/skills/${name}`, "skill:my--skill");
    else {
      const id = "skill:codex-skills-my-skill";
      expect(`.codex/skills/${name}`, id, "conflict", COLLIDE("codex-skills-my-skill"));
    }
  }
  putSkill(join(skills, "日本語"));
  expect(".codex/skills/日本語", "skill:codex-skill");
  putSkill(join(agents, "personal"));
  expect(".agents/skills/personal", "skill:personal");
  putSkill(join(skills, "x".repeat(80)));
  expect(`.codex/skills/${"x".repeat(80)}`, `skill:${"x".repeat(64)}`);
  putSkill(join(skills, "taken")); // the target has one of that name
  putSkill(join(user, ".openclaw", "workspace", "skills", "taken"), { "own.txt": "own\n" });
  expect(".codex/skills/taken", "skill:taken", "conflict", "target exists");

  const elsewhere = putSkill(join(user, "elsewhere"), { "extra.md": "extra\n" });
  Deno.symlinkSync(elsewhere, join(skills, "linked"));
  expect(".codex/skills/linked", "link:skills/linked", "skipped", "symlink not followed");
  Deno.symlinkSync(join(user, "nowhere"), join(skills, "dangling"));
  expect(
    ".codex/skills/dangling",
    "broken:skills/dangling",
    "skipped",
    "unusable: it leads nowhere",
  );
  Deno.mkdirSync(join(skills, "no-file", "SKILL.md"), { recursive: true });
  expect(
    ".codex/skills/no-file/SKILL.md",
    "broken:skills/no-file/SKILL.md",
    "skipped",
    "unusable: it is a directory, not a file",
  );
  Deno.mkdirSync(join(skills, "link-inside"));
  Deno.symlinkSync(join(elsewhere, "SKILL.md"), join(skills, "link-inside", "SKILL.md"));
  expect(
    ".codex/skills/link-inside/SKILL.md",
    "link:skills/link-inside/SKILL.md",
    "skipped",
    "symlink not followed",
  );
  return expected.sort((a, b) => a.source < b.source ? -1 : 1);
}
