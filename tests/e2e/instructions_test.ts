/** What agents follow to install, update and uninstall, carried out as it stands. */
import { dirname, join } from "node:path";
import { chooseToolchain } from "../../scripts/build/runtime.ts";
import { hostTarget } from "../../scripts/build/targets.ts";
import { makeRelease } from "../../scripts/release/make.ts";
import { createKey } from "../../scripts/release/signing.ts";
import { thisHost } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { makeSmallHome, namesIn } from "../support/scene.ts";

const ROOT = dirname(dirname(import.meta.dirname!));
const RELEASES = "https://github.com/lifeboat-backup/lifeboat/releases/latest/download";

/** Serves a release on this machine. */
async function withRelease(use: (url: string, folder: string) => Promise<void>): Promise<void> {
  await withTempDir(async (temporary) => {
    const host = thisHost(new AbortController().signal, () => {});
    const toolchain = await chooseToolchain(host, hostTarget());
    const folder = join(temporary, "release");
    await makeRelease({
      root: ROOT,
      folder,
      targets: [hostTarget()],
      chooseToolchain: () => Promise.resolve({ ...toolchain, runtime: "official" }),
      ...createKey(),
    });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const name = new URL(request.url).pathname.slice(1);
      return new Response(Deno.readFileSync(join(folder, name)));
    });
    try {
      await use(`http://127.0.0.1:${server.addr.port}`, temporary);
    } finally {
      await server.shutdown();
    }
  });
}

/** The block for Linux and macOS, with its releases on this machine. */
function shellBlock(document: string, url: string): string {
  const [, block] = /```sh\n(.*?)```/s.exec(Deno.readTextFileSync(join(ROOT, document)))!;
  return block.replaceAll(RELEASES, url);
}

/** Carries a block out for a user; gives back what it printed. */
async function follow(document: string, url: string, user: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", shellBlock(document, url)],
    env: { HOME: user, PATH: "/usr/bin:/bin", LIFEBOAT_BASE_URL: url },
    clearEnv: true,
    cwd: user,
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert.equal(code, 0, `${document}\n${said}${new TextDecoder().decode(stderr)}`);
  return said;
}

Deno.test("an agent that follows the instructions installs, updates and uninstalls", () =>
  withRelease(async (url, folder) => {
    for (
      const [agent, home, skills] of [
        [".codex", ".codex", ".agents/skills"],
        [".claude", ".claude", ".claude/skills"],
      ]
    ) {
      const user = join(folder, agent.slice(1));
      Deno.mkdirSync(user);
      if (agent === ".codex") await makeSmallHome(join(user, home));
      else Deno.mkdirSync(join(user, home));
      const installed = await follow(`${agent}/INSTALL.md`, url, user);
      assert.match(installed, /"core_ok": true/);
      assert.equal(namesIn(join(user, skills)).length, 3);
      const updated = await follow(`${agent}/UPDATE.md`, url, user);
      assert.match(updated, /"checked_by": "signature"/);
      assert.match(updated, /"action": "unchanged"/);
      await follow(`${agent}/UNINSTALL.md`, url, user);
      assert.deepEqual(namesIn(join(user, skills)), []);
      assert.deepEqual(namesIn(join(user, ".local", "bin")), []);
    }
  }));
