import { assert } from "../assert.ts";
import { installAgents, programsIn } from "../support/agents/install.ts";

Deno.test("the agents' programs are found by system and processor", () => {
  const arm = programsIn("/cache", "darwin", "aarch64");
  const codex = "/cache/node_modules/@openai/codex-darwin-arm64/vendor/aarch64-apple-darwin/bin";
  assert.equal(arm.codex.replaceAll("\\", "/"), `${codex}/codex`);
  const windows = programsIn("/cache", "windows", "x86_64");
  const claude = "/cache/node_modules/@anthropic-ai/claude-code-win32-x64/claude.exe";
  assert.equal(windows.claude.replaceAll("\\", "/"), claude);
});

Deno.test("the agents can be installed from npm, and are installed once", async () => {
  const programs = await installAgents();
  const installed = (await Deno.stat(programs.codex)).ino;
  assert.equal((await Deno.stat((await installAgents()).codex)).ino, installed);
  assert.ok((await Deno.stat(programs.claude)).isFile);
});
