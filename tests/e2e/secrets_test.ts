/** No command prints a key, a token or a conversation; `scene.run` looks at all that is printed. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { CONFIRM, type Scene, withScene } from "../support/scene.ts";
import { makeSampleClaudeHome } from "../support/sample_home.ts";

/** Every command that looks into a home or a backup. */
const COMMANDS = [
  ["backup", "--dry-run"],
  ["backup", "--kit", "light"],
  ["doctor"],
  ["list"],
  ["show", "latest", "--files"],
  ["show", "latest", "--diff", "home"],
  ["verify", "latest"],
  ["restore", "latest", "--files"],
  ["restore", "latest", "--apply", CONFIRM],
];

async function runAll(scene: Scene, profile: string, exits: number[]): Promise<void> {
  for (const command of COMMANDS) {
    for (const form of [[], ["--json"]]) {
      const { code, stdout, stderr } = await scene.run([...command, "--profile", profile, ...form]);
      assert.ok(exits.includes(code), `${command.join(" ")}: ${code}\n${stdout}${stderr}`);
    }
  }
}

/** A key whose every piece can be told from anything else in an output. */
const KEY = "zqxjwvkyzgqxhjwvzkqyxjgzw";

function piecesOf(key: string): string[] {
  return Array.from({ length: key.length - 5 }, (_, at) => key.slice(at, at + 6));
}

Deno.test("no command prints a secret of a Codex home", () =>
  withScene((scene) => runAll(scene, "codex", [0])));

Deno.test("no command prints a secret of a Claude Code home", () =>
  withScene(async (scene) => {
    scene.secrets.push(...(await makeSampleClaudeHome(scene.user, { conversations: 2 })).secrets);
    await runAll(scene, "claude-code", [0]);
  }));

Deno.test("no command prints what stands where configuration of Codex is broken", () =>
  withScene(async (scene) => {
    scene.secrets.push(...piecesOf(KEY));
    const broken = {
      "config.toml": `[mcp_servers.a]\nenv = { TOKEN = "${KEY}" "x" }\n`,
      "auth.json": `{"OPENAI_API_KEY": ${KEY}}`,
      "hooks.json": `{"hooks": "${KEY}`,
      ".codex-global-state.json": KEY,
    };
    for (const [name, text] of Object.entries(broken)) {
      await Deno.writeTextFile(join(scene.home, name), text);
    }
    await runAll(scene, "codex", [0, 1]);
  }));

Deno.test("no command prints what stands where configuration of Claude Code is broken", () =>
  withScene(async (scene) => {
    const { home, stateFile, secrets } = await makeSampleClaudeHome(scene.user);
    scene.secrets.push(...secrets, ...piecesOf(KEY));
    await Deno.writeTextFile(join(home, "settings.json"), `{"env": {"TOKEN": "${KEY}" "x"}}`);
    await Deno.writeTextFile(join(home, ".credentials.json"), `{"accessToken": ${KEY}}`);
    await Deno.writeTextFile(stateFile, `{"primaryApiKey": "${KEY}`);
    await runAll(scene, "claude-code", [0, 1]);
  }));

Deno.test("an error in a backup's manifest does not print what stands there", () =>
  withScene(async (scene) => {
    scene.secrets.push(...piecesOf(KEY));
    const { backup_dir } = await scene.backUp("--no-archive");
    await Deno.writeTextFile(join(backup_dir!, "manifest.json"), `{"schema_version": ${KEY}`);
    for (const command of ["show", "verify", "restore"]) {
      const { code } = await scene.run([command, backup_dir!]);
      assert.equal(code, command === "verify" ? 1 : 12, command);
    }
  }));
