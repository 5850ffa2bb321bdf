import {
  findProfile,
  homeExists,
  type HomeOptions,
  requireHome,
  resolveHome,
  rootsOf,
} from "../../src/profiles/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

function resolve(
  folder: string,
  profile: string,
  env: Record<string, string> = {},
  options?: HomeOptions,
) {
  const host = testHost(folder, { env });
  return resolveHome(host, findProfile(host, profile), options);
}

const ids = (roots: { id: string }[]) => roots.map(({ id }) => id);

Deno.test("a home lies where --home says, then the environment, then the default", () =>
  withTempDir((folder) => {
    const env = { CODEX_HOME: `${folder}/env` };
    assert.equal(resolve(folder, "codex").path, `${folder}/.codex`);
    assert.equal(resolve(folder, "codex", env).path, `${folder}/env`);
    assert.equal(resolve(folder, "codex", env, { home: "~/named" }).path, `${folder}/named`);
    assert.equal(resolve(folder, "codex", { CODEX_HOME: "" }).path, `${folder}/.codex`);
    assert.equal(
      resolve(folder, "claude-code", { CLAUDE_CONFIG_DIR: "~/cc" }).path,
      `${folder}/cc`,
    );
  }));

Deno.test("links on the way to a home are resolved, also when the home is not there yet", () =>
  withTempDir(async (folder) => {
    await Deno.mkdir(`${folder}/real/.codex`, { recursive: true });
    await Deno.symlink(`${folder}/real`, `${folder}/link`);
    const at = (home: string) => resolve(folder, "codex", {}, { home }).path;
    assert.equal(at(`${folder}/link/.codex`), `${folder}/real/.codex`);
    assert.equal(at(`${folder}/link/new/home`), `${folder}/real/new/home`);
  }));

Deno.test("the home is the first of its roots", () =>
  withTempDir((folder) => {
    const home = resolve(folder, "codex");
    assert.deepEqual(rootsOf(testHost(folder), home), [
      { id: "home", kind: "folder", name: ".codex", path: `${folder}/.codex` },
      ...home.roots,
    ]);
  }));

Deno.test("roots outside take part in the profile's own home, and only on demand in a named one", () =>
  withTempDir((folder) => {
    const own = resolve(folder, "codex");
    assert.ok(own.isOwn);
    assert.deepEqual(own.roots, [
      { id: "agents", kind: "folder", name: ".agents", path: `${folder}/.agents` },
    ]);
    const named = resolve(folder, "codex", {}, { home: `${folder}/h` });
    assert.ok(!named.isOwn);
    assert.deepEqual([ids(named.roots), ids(named.rootsLeftOut)], [[], ["agents"]]);
    const both = resolve(folder, "codex", {}, { home: `${folder}/h`, withRoots: true });
    assert.deepEqual([ids(both.roots), ids(both.rootsLeftOut)], [["agents"], []]);
  }));

Deno.test("Claude's .claude.json is a root of its own unless CLAUDE_CONFIG_DIR is set", () =>
  withTempDir((folder) => {
    assert.deepEqual(resolve(folder, "claude-code").roots, [
      { id: "claude-json", kind: "file", name: ".claude.json", path: `${folder}/.claude.json` },
    ]);
    const env = { CLAUDE_CONFIG_DIR: `${folder}/.claude` };
    assert.deepEqual(resolve(folder, "claude-code", env).roots, []);
  }));

Deno.test("a root that is a link keeps its name and is captured where it leads", () =>
  withTempDir(async (folder) => {
    await Deno.writeTextFile(`${folder}/dotfile`, "{}");
    await Deno.symlink(`${folder}/dotfile`, `${folder}/.claude.json`);
    const [root] = resolve(folder, "claude-code").roots;
    assert.equal(root.name, ".claude.json");
    assert.equal(root.path, `${folder}/dotfile`);
  }));

Deno.test("Codex' databases elsewhere are a root, unless they lie in the home", () =>
  withTempDir(async (folder) => {
    const roots = (value: string) => resolve(folder, "codex", { CODEX_SQLITE_HOME: value }).roots;
    assert.deepEqual(ids(roots(`${folder}/db`)), ["agents", "sqlite"]);
    assert.deepEqual(ids(roots(`${folder}/.codex/sqlite`)), ["agents"]);
    assert.deepEqual(ids(roots("")), ["agents"]);
    await Deno.mkdir(`${folder}/.codex`);
    await Deno.writeTextFile(`${folder}/.codex/config.toml`, 'sqlite_home = "~/elsewhere"\n');
    assert.equal(roots(`${folder}/db`)[1].path, `${folder}/elsewhere`);
    await Deno.writeTextFile(`${folder}/.codex/config.toml`, "sqlite_home = \n");
    assert.equal(roots(`${folder}/db`)[1].path, `${folder}/db`);
  }));

Deno.test("a home that is missing or a file is told apart", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    const home = resolveHome(host, findProfile(host, "codex"));
    assert.ok(!homeExists(host, home));
    assert.equal(
      (await rejectsWith(() => requireHome(host, home), "no_such_home")).kind,
      "missing",
    );
    await Deno.writeTextFile(home.path, "");
    assert.ok(homeExists(host, home));
    assert.equal(
      (await rejectsWith(() => requireHome(host, home), "home_is_a_file")).kind,
      "refused",
    );
    await Deno.remove(home.path);
    await Deno.mkdir(home.path);
    requireHome(host, home);
  }));
