import { OLD_NAMES } from "../../src/agents/install_program.ts";
import { SKILLED } from "../../src/agents/install_skills.ts";
import { PARTS } from "../../src/agents/parts.ts";
import { assert } from "../assert.ts";
import { parseLine } from "../support/command_lines.ts";

Deno.test("the command line knows the parts, agents and names that the engine knows", () => {
  for (const part of PARTS) assert.deepEqual(parseLine(`install ${part}`).args, [[part]]);
  assert.throws(() => parseLine("install nonsense"), new RegExp(PARTS.join(", ")));
  assert.throws(() => parseLine("install --for nobody"), new RegExp(SKILLED.join(", ")));
  assert.throws(() => parseLine("install --alias x"), new RegExp(OLD_NAMES.join(", ")));
});
