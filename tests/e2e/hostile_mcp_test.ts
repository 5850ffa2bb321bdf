/** What the compiled server does with clients that are broken, hostile, impatient or gone. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { killDuring } from "../support/killing.ts";
import { withMcp } from "../support/mcp.ts";
import { type Server, startServer } from "../support/mcp_process.ts";
import { CONFIRM, namesIn, type Scene, withScene } from "../support/scene.ts";
import { readTree } from "../support/trees.ts";

const HELLO = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "hostile", version: "1" },
  },
};

interface Reply {
  id: number | string | null;
  result?: { isError?: boolean; structuredContent?: { ok: boolean; error?: { code: string } } };
  error?: { code: number };
}

function serve({ user, temp }: Scene): Server {
  return startServer({ args: [], cwd: user, env: { HOME: user, USERPROFILE: user, TMPDIR: temp } });
}

/** Sends lines, says goodbye, and gives back all replies; the server has to end well. */
async function talk(scene: Scene, ...lines: (string | object)[]): Promise<Reply[]> {
  const server = serve(scene);
  const texts = [HELLO, ...lines].map((one) => typeof one === "string" ? one : JSON.stringify(one));
  const ended = (async () => {
    await server.write(texts.join("\n") + "\n");
    return await server.end();
  })();
  const replies: Reply[] = [];
  for await (const line of server.lines) replies.push(JSON.parse(line));
  const { code, stderr } = await ended;
  assert.deepEqual([code, stderr], [0, ""]);
  return replies.filter(({ id }) => id !== 0);
}

function call(id: number, name: unknown, args: unknown): object {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
}

Deno.test("nonsense is refused line by line, and the server goes on", () =>
  withScene(async (scene) => {
    const replies = await talk(
      scene,
      "nonsense",
      "\0\x1b[2J",
      "[]",
      "y".repeat(2 << 20),
      { jsonrpc: "2.0", id: 1, method: "no/such/method" },
      { jsonrpc: "2.0", method: "notifications/nothing" },
      { jsonrpc: "2.0", id: 99, result: { answer: "to nothing" } },
      { jsonrpc: "2.0", id: 2, method: "tools/call", params: 7 },
      call(3, "no_such_tool", {}),
      call(4, "__proto__", {}),
      call(5, 5, {}),
      call(6, "backup_list", []),
      call(7, "backup_list", { limit: -1 }),
      call(8, "backup_list", {}),
    );
    const by = (id: number) => replies.find((reply) => reply.id === id)!;
    assert.equal(replies.filter(({ id }) => id === null).length, 4);
    for (const id of [1, 2, 3, 4, 5, 6]) assert.ok(by(id).error, `${id}`);
    assert.equal(by(3).error!.code, -32602);
    assert.equal(by(7).result!.structuredContent!.error!.code, "usage");
    assert.ok(by(8).result!.structuredContent!.ok);
  }));

Deno.test("paths and names that lead elsewhere are refused, and nothing is written", () =>
  withScene(async (scene) => {
    await scene.backUp("--no-directory");
    const before = namesIn(scene.user);
    const outside = [
      "../../../etc/passwd",
      "/etc/passwd",
      "~/.ssh/id_rsa",
      "a\0b",
      "$(id)",
      "; id",
    ];
    const calls = outside.flatMap((path, index) => [
      call(10 * index + 1, "backup_restore", { backup_id: path }),
      call(10 * index + 2, "snapshot_history", { file_path: path }),
      call(10 * index + 3, "backup_create", { profile: path }),
      call(10 * index + 4, "backup_sync", { backup_id: "latest", storage: path }),
      call(10 * index + 5, "session_restore", { session_id: path }),
      call(10 * index + 6, "snapshot_rollback", { timestamp: "1h", workspace: path }),
      call(10 * index + 7, "backup_verify", { backup_id: "latest", password_file: path }),
    ]);
    for (const { id, result } of await talk(scene, ...calls)) {
      // A password file is read only where a password is needed.
      const isFine = Number(id) % 10 === 7;
      const said = result!.structuredContent!;
      assert.ok(isFine || said.error, `${id}: ${JSON.stringify(said)}`);
      assert.ok(said.error?.code !== "unexpected", `${id}: ${JSON.stringify(said)}`);
    }
    assert.deepEqual(namesIn(scene.user), before);
  }));

Deno.test("a password is refused, and told nowhere", () =>
  withScene(async (scene) => {
    const args = { backup_id: "latest", password: "hunter2-hunter2" };
    const calls = [call(1, "backup_create", args), call(2, "backup_restore", args)];
    const replies = await talk(scene, ...calls);
    assert.ok(!JSON.stringify(replies).includes("hunter2"));
    for (const { result } of replies) {
      assert.equal(result!.structuredContent!.error!.code, "password_refused");
    }
    assert.deepEqual(scene.published(), []);
  }));

/** A home that takes a moment to back up. */
function grow({ home }: Scene): void {
  const noise = new Uint8Array(65536);
  for (let i = 0; i < 1200; i++) {
    crypto.getRandomValues(noise);
    Deno.writeFileSync(join(home, `noise-${i}`), noise);
  }
}

Deno.test("a call that is cancelled leaves nothing, and the server goes on", () =>
  withScene(async (scene) => {
    grow(scene);
    await withMcp(scene, async ({ call, client }) => {
      const stop = new AbortController();
      const making = call("backup_create", {}, {
        signal: stop.signal,
        onProgress: () => stop.abort("enough"),
      });
      await assert.rejects(making, /enough/);
      await client.ping();
      assert.ok((await call("doctor")).ok);
    });
    assert.deepEqual(scene.published(), []);
  }));

// On Windows nothing can be asked to stop.
if (Deno.build.os !== "windows") {
  Deno.test("a signal stops the server, and what it does, at once and without a trace", () =>
    withScene(async (scene) => {
      grow(scene);
      const server = serve(scene);
      const making = {
        ...call(1, "backup_create", {}),
        params: { name: "backup_create", arguments: {}, _meta: { progressToken: 1 } },
      };
      await server.write(`${JSON.stringify(HELLO)}\n${JSON.stringify(making)}\n`);
      for await (const line of server.lines) {
        if (line.includes("notifications/progress")) break;
      }
      server.kill("SIGTERM");
      const { code, stderr } = await server.end();
      assert.equal(code, 130);
      assert.match(stderr, /Stopped before it was finished/);
      assert.deepEqual([scene.published(), namesIn(scene.temp)], [[], []]);
    }));
}

Deno.test("work that was asked for is finished when the client is gone", () =>
  withScene(async (scene) => {
    const [reply] = await talk(scene, call(1, "backup_create", {}));
    assert.ok(reply.result!.structuredContent!.ok);
    assert.equal(scene.published().length, 3);
  }));

Deno.test("a client that goes while its user is asked has agreed to nothing", () =>
  withScene(async (scene) => {
    const { backup_id } = await scene.backUp("--no-directory");
    const names = scene.published();
    const server = serve(scene);
    const { params } = HELLO;
    const hello = { ...HELLO, params: { ...params, capabilities: { elicitation: {} } } };
    await server.write(`${JSON.stringify(hello)}\n`);
    await server.write(`${JSON.stringify(call(1, "backup_delete", { backup_id }))}\n`);
    for await (const line of server.lines) {
      const { id, method, result } = JSON.parse(line);
      if (method === "elicitation/create") break;
      if (id !== 1) continue;
      const { token } = result.structuredContent.next;
      const again = call(2, "backup_delete", { backup_id, token });
      await server.write(`${JSON.stringify(again)}\n`);
    }
    assert.deepEqual(await server.end(), { code: 0, stderr: "" });
    assert.deepEqual(scene.published(), names);
  }));

Deno.test("a restore that was cut off is not brought to its end by an agent", () =>
  withScene(async (scene) => {
    const { backup_id } = await scene.backUp("--no-directory");
    Deno.writeTextFileSync(join(scene.home, "AGENTS.md"), "changed since");
    const own = join(scene.home, ".lifeboat");
    const seen = () => namesIn(own).some((name) => name.startsWith("restore-"));
    const restore = ["restore", backup_id, "--apply", CONFIRM];
    for (let tries = 0; !seen(); tries++) {
      assert.ok(tries < 20, "no restore was cut off");
      Deno.writeTextFileSync(join(scene.home, "AGENTS.md"), "changed since");
      await killDuring(scene, restore, { seen, delayMs: 0 });
    }
    const before = readTree(scene.home);
    await withMcp(scene, async ({ call }) => {
      const making = await call("backup_create");
      assert.equal(making.error?.code, "restore_interrupted");
      for (const tool of ["backup_restore", "undo"]) {
        const said = await call(tool, tool === "undo" ? {} : { backup_id });
        assert.equal(said.error?.code, "restore_interrupted", tool);
      }
    });
    assert.deepEqual(readTree(scene.home), before);
  }));

Deno.test("two calls at once get what they asked for, each its own", () =>
  withScene(async (scene) => {
    await scene.backUp("--no-directory");
    await withMcp(scene, async ({ call }) => {
      const answers = await Promise.all([
        call("backup_verify", { backup_id: "latest" }),
        call("doctor"),
        call<{ homes: unknown[] }>("backup_status"),
        call("nonsense").catch((error) => error.code),
      ]);
      assert.deepEqual([answers[0].ok, answers[1].ok, answers[2].homes.length], [true, true, 1]);
      assert.equal(answers[3], -32602);
    });
  }));
