import { LifeboatError } from "../../src/base/mod.ts";
import type { MigrationItem, Step } from "../../src/migrate/item.ts";
import { selectSteps } from "../../src/migrate/select.ts";
import { assert } from "../assert.ts";
import { told } from "./scene.ts";

function skill(
  name: string,
  source = `/s/${name}`,
  status: MigrationItem["status"] = "planned",
): Step {
  const item: MigrationItem = {
    id: `skill:${name}`,
    kind: "skill",
    action: "copy",
    status,
    source,
    target: `/t/${name}`,
    details: { skillName: name },
  };
  return { item, effects: [{ do: "link", target: `/t/${name}`, to: "x" }] };
}

function steps(): Step[] {
  const config: MigrationItem = {
    id: "config:x",
    kind: "config",
    action: "merge",
    status: "planned",
  };
  const waits: MigrationItem = { ...config, id: "config:y", status: "skipped", reason: "waits" };
  const effects: Step["effects"] = [{ do: "link", target: "/t/c", to: "x" }];
  return [
    skill("one", "/s/Uno"),
    skill("two"),
    skill("bad", "/s/bad", "conflict"),
    { item: config, effects },
    { item: waits, effects },
  ];
}

function chosen(selection: Parameters<typeof selectSteps>[1]) {
  return told(selectSteps(steps(), selection).map(({ item }) => item));
}

function fault(selection: Parameters<typeof selectSteps>[1]): LifeboatError {
  try {
    selectSteps(steps(), selection);
  } catch (error) {
    assert.ok(error instanceof LifeboatError && error.code === "usage");
    return error;
  }
  assert.fail("it was accepted");
}

const OUT = "skipped | not selected for migration";

Deno.test("without a choice everything stays as it was planned", () => {
  assert.deepEqual(chosen({}), told(steps().map(({ item }) => item)));
});

Deno.test("skills are chosen by id, name, source or target; what is no skill is not left out", () => {
  for (const word of ["skill:one", "ONE", "uno", "One"]) {
    assert.deepEqual(chosen({ skills: [word] }), [
      "skill:one | planned",
      `skill:two | ${OUT}`,
      `skill:bad | ${OUT}`,
      "config:x | planned",
      "config:y | skipped | waits",
    ], word);
  }
  assert.equal(chosen({ skills: [] })[0], `skill:one | ${OUT}`);
});

Deno.test("items are chosen by their exact id, and what waits for its name is planned", () => {
  assert.deepEqual(chosen({ items: ["config:y"], skills: ["two"] }), [
    `skill:one | ${OUT}`,
    "skill:two | planned",
    `skill:bad | ${OUT}`,
    `config:x | ${OUT}`,
    "config:y | planned",
  ]);
});

Deno.test("a word that means nothing, or several, is refused with what there is", () => {
  assert.match(fault({ skills: ["three"] }).hint!, /skill:one, skill:two/);
  assert.match(fault({ items: ["Config:x"] }).message, /no item Config:x/);
  const twins = [skill("a", "/x/same"), skill("b", "/y/same")];
  assert.throws(() => selectSteps(twins, { skills: ["same"] }), {
    code: "usage",
    message: "2 skills are called same",
    hint: "There are: skill:a, skill:b",
  });
});
