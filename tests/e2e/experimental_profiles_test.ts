/** Profiles of agents that cannot be had here: homes as their documents describe them. */
import { dirname, join } from "node:path";
import { assert } from "../assert.ts";
import { CONFIRM, withScene } from "../support/scene.ts";

/** Files of a home, and of what belongs to it, below the user's home folder; and what is left out. */
const HOMES: Record<string, { kept: string[]; left?: string[] }> = {
  crush: {
    kept: [
      ".local/share/crush/crush.json",
      ".local/share/crush/projects.json",
      ".config/crush/crush.json",
      "work/app/.crush/crush.db",
    ],
  },
  hermes: {
    kept: [
      ".hermes/config.yaml",
      ".hermes/auth.json",
      ".hermes/memories/MEMORY.md",
      ".hermes/skills/x/SKILL.md",
      ".hermes/profiles/two/state.db",
    ],
    left: [".hermes/logs/a.log"],
  },
  goose: {
    kept: [".local/share/goose/sessions/sessions.db", ".config/goose/config.yaml"],
    left: [".local/share/goose/logs/a.log"],
  },
  "cursor-cli": {
    kept: [".cursor/cli-config.json", ".cursor/mcp.json", ".cursor/chats/0f/1/store.db"],
    left: [".cursor/extensions/big.bin"],
  },
  "kimi-cli": {
    kept: [".kimi/config.toml", ".kimi/kimi.json", ".kimi/sessions/0f/1/context.jsonl"],
    left: [".kimi/logs/a.log"],
  },
  "kimi-code": {
    kept: [
      ".kimi-code/config.toml",
      ".kimi-code/session_index.jsonl",
      ".kimi-code/skills/x/SKILL.md",
    ],
    left: [".kimi-code/logs/a.log"],
  },
};

function contentOf(path: string, user: string): string {
  if (path.endsWith("projects.json")) {
    return JSON.stringify({ projects: [{ path: join(user, "work/app"), data_dir: ".crush" }] });
  }
  if (path.endsWith(".json")) return `{"name": "${path}"}`;
  if (path.endsWith(".toml")) return `name = "${path}"\n`;
  return `What ${path} holds.\n`;
}

function write(user: string, paths: string[]): void {
  for (const path of paths) {
    Deno.mkdirSync(dirname(join(user, path)), { recursive: true });
    if (path.endsWith(".db")) makeDatabase(join(user, path));
    else Deno.writeTextFileSync(join(user, path), contentOf(path, user));
  }
}

function makeDatabase(path: string): void {
  const { success } = new Deno.Command("sqlite3", {
    args: [path, "CREATE TABLE t (a); INSERT INTO t VALUES ('kept');"],
  }).outputSync();
  assert.ok(success);
}

for (const [profile, { kept, left = [] }] of Object.entries(HOMES)) {
  Deno.test(`a home of ${profile} as it is documented comes back, and says what is not sure`, () =>
    withScene(async ({ run, user }) => {
      write(user, [...kept, ...left]);
      const before = kept.map((path) => Deno.readFileSync(join(user, path)));
      const made = await run(["backup", "--profile", profile, "--kit", "light", "--json"]);
      assert.equal(made.code, 0, made.stdout);
      for (const path of [...kept, ...left]) {
        // The index stays with its folder: only through it are those of projects known.
        if (!path.endsWith("projects.json")) Deno.removeSync(join(user, path));
      }
      const restore = ["restore", "latest", "--profile", profile, "--apply", CONFIRM, "--json"];
      const { code, stdout } = await run(restore);
      assert.equal(code, 0, stdout);
      assert.deepEqual(kept.map((path) => Deno.readFileSync(join(user, path))), before);
      for (const path of left) assert.throws(() => Deno.statSync(join(user, path)), path);
      const { stdout: shown } = await run(["profiles", "show", profile]);
      assert.match(shown, /Not sure +\w/);
    }, () => Promise.resolve({ secrets: [] })));
}
