import { cp } from "node:fs/promises";
import { join } from "node:path";
import { planSkills, planSkillsRemoval, SKILLED } from "../../src/agents/install_skills.ts";
import { carryOut } from "../../src/agents/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { namesIn } from "../support/scene.ts";
import { readTree } from "../support/trees.ts";

const SKILLS = ["claude-code", "codex", "openclaw"].map((agent) => `${agent}-environment-backup`);

function withUser(use: (host: ReturnType<typeof testHost>, user: string) => Promise<void>) {
  return withTempDir(async (folder) => {
    Deno.mkdirSync(join(folder, ".claude"));
    Deno.mkdirSync(join(folder, ".codex"));
    await use(testHost(folder), folder);
  });
}

Deno.test("skills go where the agents look for them, and are gone without a trace again", () =>
  withUser(async (host, user) => {
    const before = Object.keys(readTree(user));
    const { edits } = await carryOut([planSkills(host, SKILLED)], {});
    assert.equal(edits.length, 2 * SKILLS.length * 2);
    for (const place of [".agents/skills", ".claude/skills"]) {
      assert.deepEqual(namesIn(join(user, place)), SKILLS);
    }
    const again = await carryOut([planSkills(host, SKILLED)], {});
    assert.ok(again.edits.every(({ action }) => action === "unchanged"));
    assert.deepEqual(again.next_steps, []);
    await carryOut([planSkillsRemoval(host, SKILLED)], {});
    const left = Object.keys(readTree(user))
      .filter((path) => !before.includes(path) && !path.startsWith(".local"));
    assert.deepEqual(left, [".agents", ".agents/skills", ".claude/skills"]);
  }));

Deno.test("a skill of an older version is replaced, one that the user has written comes back", () =>
  withUser(async (host, user) => {
    const file = join(user, ".claude", "skills", SKILLS[0], "SKILL.md");
    Deno.mkdirSync(join(file, ".."), { recursive: true });
    Deno.writeTextFileSync(file, "mine");
    await carryOut([planSkills(host, ["claude-code"])], {});
    const ours = Deno.readTextFileSync(file);
    assert.match(ours, /^---\nname: claude-code/);
    // As if this version had another text than the one that was installed before.
    const kit = new URL(`file://${user}/kit/`);
    await cp(new URL("profiles", host.kit), new URL("profiles", kit), { recursive: true });
    for (const name of SKILLS) {
      Deno.mkdirSync(new URL(`skills/${name}/agents`, kit), { recursive: true });
      Deno.writeTextFileSync(new URL(`skills/${name}/SKILL.md`, kit), `newer ${name}`);
      Deno.writeTextFileSync(new URL(`skills/${name}/agents/openai.yaml`, kit), "x");
    }
    await carryOut([planSkills({ ...host, kit }, ["claude-code"])], {});
    assert.equal(Deno.readTextFileSync(file), `newer ${SKILLS[0]}`);
    await carryOut([planSkillsRemoval({ ...host, kit }, ["claude-code"])], {});
    assert.equal(Deno.readTextFileSync(file), "mine");
  }));

Deno.test("what the user has changed in a skill since stays when it is taken out", () =>
  withUser(async (host, user) => {
    await carryOut([planSkills(host, ["claude-code"])], {});
    const file = join(user, ".claude", "skills", SKILLS[0], "SKILL.md");
    Deno.writeTextFileSync(file, "my own words");
    await carryOut([planSkillsRemoval(host, ["claude-code"])], {});
    assert.equal(Deno.readTextFileSync(file), "my own words");
    assert.deepEqual(namesIn(join(user, ".claude", "skills")), [SKILLS[0]]);
  }));

Deno.test("a link that the original has put there is not written through", () =>
  withUser(async (host, user) => {
    const repository = join(user, "repository");
    Deno.mkdirSync(repository);
    Deno.mkdirSync(join(user, ".agents", "skills"), { recursive: true });
    Deno.symlinkSync(repository, join(user, ".agents", "skills", SKILLS[1]));
    const { edits, next_steps } = await carryOut([planSkills(host, ["codex"])], {});
    assert.deepEqual(edits.filter(({ action }) => action === "kept").length, 1);
    assert.match(next_steps[0], /is a link, and stays/);
    assert.deepEqual(namesIn(repository), []);
  }));

Deno.test("without an agent there is nowhere to put skills", () =>
  withTempDir(async (folder) => {
    await rejectsWith(() => planSkills(testHost(folder), SKILLED), "no_such_home");
    assert.deepEqual(planSkillsRemoval(testHost(folder), SKILLED).steps, []);
  }));
