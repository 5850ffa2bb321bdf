import { join } from "node:path";
import { parse } from "smol-toml";
import { configPath } from "../../src/base/mod.ts";
import { snapshotSettings } from "../../src/snapshots/settings.ts";
import { init } from "../../src/upkeep/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

Deno.test("init writes a configuration once, and says what comes first", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const alone = init(host);
    assert.equal(alone.config.action, "created");
    assert.ok(alone.next_steps.some((step) => step.startsWith("No home of any agent was found")));
    Deno.writeTextFileSync(configPath(host), "[snapshots]\nexclude = ['x']\n");
    Deno.mkdirSync(join(folder, ".codex"));
    const next = init(host);
    assert.equal(next.config.action, "kept");
    assert.deepEqual(next.homes.map(({ profile }) => profile), ["codex"]);
    assert.ok(next.next_steps.some((step) => step.includes("lifeboat backup --profile all")));
    assert.match(Deno.readTextFileSync(configPath(host)), /exclude = \['x'\]/);
  }));

Deno.test("the configuration that is written changes nothing, commented or not", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const before = await snapshotSettings(host);
    init(host);
    assert.deepEqual(await snapshotSettings(host), before);
    const text = Deno.readTextFileSync(configPath(host));
    const all = text.replaceAll(/^# (?=[a-z_]+ = )/gm, "");
    assert.equal(Object.keys(parse(all).snapshots).length, Object.keys(before).length);
    Deno.writeTextFileSync(configPath(host), all);
    assert.deepEqual(await snapshotSettings(host), {
      ...before,
      folder: join(folder, "snapshots"),
    });
  }));
