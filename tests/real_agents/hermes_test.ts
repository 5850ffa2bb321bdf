/** Configurations of Hermes in many shapes: what OpenClaw's own migration makes of them is the measure. */
import { join } from "node:path";
import type { MigrationItem } from "../../src/migrate/mod.ts";
import { assert } from "../assert.ts";
import { withAgentFolder } from "../support/agents/folders.ts";
import { installOpenClaw } from "../support/agents/install.ts";
import { lifeboat } from "../support/agents/lifeboat.ts";
import { makeOpenClaw, openClaw } from "../support/agents/openclaw.ts";
import { HERMES_SHAPES } from "../support/hermes_config.ts";
import { put } from "../support/migration_home.ts";

/** Items with what they write; of servers only that they are there, since here they are switched off. */
function told(items: MigrationItem[]): unknown[] {
  return items.filter(({ id }) => id !== "archive:config.yaml")
    .map(({ id, kind, action, status, details }) => {
      const isServer = id.startsWith("config:mcp-server:");
      const value = isServer ? undefined : details?.value ?? details?.model;
      return [id, kind, action, status, ...(value === undefined ? [] : [JSON.stringify(value)])];
    }).sort();
}

/** Servers as OpenClaw writes them down, but switched off; it sees through no key called `auth`. */
function serversIn(items: MigrationItem[]): [id: string, server: Record<string, unknown>][] {
  return items.filter(({ id }) => id.startsWith("config:mcp-server:")).map(({ id, details }) => {
    const [[name, server]] = Object.entries(details!.value as Record<string, object>);
    return [id, { [name]: { ...server, enabled: false } }];
  });
}

Deno.test("what is made of Hermes' configuration is what OpenClaw makes of it", async () => {
  const program = await installOpenClaw();
  await withAgentFolder(async (folder) => {
    const claw = await makeOpenClaw(folder, program);
    let servers: [id: string, server: Record<string, unknown>][] = [];
    for (const config of HERMES_SHAPES) {
      put(join(claw.userHome, ".hermes", "config.yaml"), config);
      const args = ["migrate", "plan", "hermes", "--agent", "main"];
      const { stdout } = await openClaw(claw, ...args, "--json");
      const theirs = JSON.parse(stdout.slice(stdout.indexOf("{")));
      const ours = await lifeboat(claw.userHome, args);
      assert.deepEqual(told(ours.items as MigrationItem[]), told(theirs.items), config);
      if (config === HERMES_SHAPES[0]) servers = serversIn(theirs.items);
    }
    put(join(claw.userHome, ".hermes", "config.yaml"), HERMES_SHAPES[0]);
    const named = servers.flatMap(([id]) => ["--item", id]);
    await lifeboat(claw.userHome, ["migrate", "hermes", "--agent", "main", "--yes", ...named]);
    const { mcp } = JSON.parse(Deno.readTextFileSync(join(claw.home, "openclaw.json")));
    assert.deepEqual(mcp.servers, Object.assign({}, ...servers.map(([, server]) => server)));
  });
});
