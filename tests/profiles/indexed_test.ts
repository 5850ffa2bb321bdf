import { join } from "node:path";
import { parseProfile, resolveHome } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

const PROFILE = `id = "pi"
name = "Pi"

[home]
env = ["PI_HOME", "XDG_DATA_HOME/pi"]
default = "~/.pi"

[backups]
folder = "PiBackups"
prefix = "pi-backup"

[index]
file = "projects.json"
list = "projects"
path = "data_dir"
base = "path"
`;

function rootsWith(folder: string, projects: unknown): [id: string, path: string][] {
  const host = testHost(folder);
  Deno.mkdirSync(join(folder, ".pi"), { recursive: true });
  const text = typeof projects === "string" ? projects : JSON.stringify({ projects });
  Deno.writeTextFileSync(join(folder, ".pi", "projects.json"), text);
  const home = resolveHome(host, parseProfile(PROFILE, "/p/pi.toml"));
  assert.deepEqual(home.profile.roots.map(({ id }) => id), home.roots.map(({ id }) => id));
  return home.roots.map(({ id, path }) => [id, path]);
}

Deno.test("an index leads to folders outside the home", () =>
  withTempDir((folder) => {
    const [one, two] = ["one", "two"].map((name) => join(folder, name));
    for (const path of [one, two]) Deno.mkdirSync(join(path, ".data"), { recursive: true });
    const roots = rootsWith(folder, [
      { path: one, data_dir: ".data" },
      { path: two, data_dir: join(two, ".data") },
      { path: one, data_dir: join(one, ".data") },
    ]);
    assert.deepEqual(roots, [
      ["project-one", join(one, ".data")],
      ["project-two", join(two, ".data")],
    ]);
  }));

Deno.test("what an index should not name, or is not there, is passed over", () =>
  withTempDir((folder) => {
    Deno.writeTextFileSync(join(folder, "file"), "");
    const projects = [
      null,
      7,
      {},
      { path: folder, data_dir: "gone" },
      { path: folder, data_dir: "file" },
      { path: "relative", data_dir: "also" },
      { path: folder, data_dir: ".pi/inside" },
      { path: "/", data_dir: folder }, // would take the home along
    ];
    Deno.mkdirSync(join(folder, ".pi", "inside"), { recursive: true });
    assert.deepEqual(rootsWith(folder, projects), []);
    for (const text of ["", "{", "[]", '{"projects": {}}']) {
      assert.deepEqual(rootsWith(folder, text), []);
    }
  }));

Deno.test("a variable may name the folder above the home", () =>
  withTempDir((folder) => {
    const profile = parseProfile(PROFILE, "/p/pi.toml");
    const path = (env: Record<string, string>) =>
      resolveHome(testHost(folder, { env }), profile).path;
    assert.equal(path({}), join(folder, ".pi"));
    assert.equal(path({ XDG_DATA_HOME: join(folder, "data") }), join(folder, "data", "pi"));
    const both = { PI_HOME: join(folder, "x"), XDG_DATA_HOME: join(folder, "data") };
    assert.equal(path(both), join(folder, "x"));
  }));
