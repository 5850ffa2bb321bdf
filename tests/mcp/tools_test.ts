import { listProviders, TARGETS } from "../../src/migrate/mod.ts";
import type { Parameter } from "../../src/mcp/parameter.ts";
import { TOOLS } from "../../src/mcp/tools/mod.ts";
import { assert } from "../assert.ts";
import { testHost } from "../support/host.ts";

function choices(tool: string, parameter: string): string[] | undefined {
  const known: Parameter = TOOLS.find(({ name }) => name === tool)!.parameters[parameter];
  return known.type === "string" ? known.enum : undefined;
}

Deno.test("migrate_plan knows the agents that the engine knows", async () => {
  assert.deepEqual(choices("migrate_plan", "to"), [...TARGETS]);
  const known = choices("migrate_plan", "provider");
  for (const { id } of (await listProviders(testHost("/nowhere"))).providers) {
    assert.ok(known?.includes(id), id);
  }
});

Deno.test("every tool that may replace or remove files needs a token", () => {
  for (const { name, effect, parameters } of TOOLS) {
    assert.equal("token" in parameters, effect === "changes", name);
  }
});
