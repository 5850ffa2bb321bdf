import { realFs, sha256Of } from "../../src/base/mod.ts";
import { captureFile, type CaptureFileOptions, type FileCapture } from "../../src/capture/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { faultyFs, type FsCall, systemError } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { memorySink } from "../support/memory_sink.ts";

/** Bytes that need more than one piece. */
const LARGE = "0123456789abcdef".repeat((5 << 20) / 2 / 16);

/** Captures a file while `meddle` sees every call on the file system before it is made. */
async function capture(
  path: string,
  meddle: (call: FsCall) => Error | void = () => {},
  options: CaptureFileOptions = {},
) {
  const sink = memorySink();
  const host = testHost("/nowhere", { fs: faultyFs(realFs, meddle) });
  const result = await captureFile(host, path, options, sink);
  return { result, sink };
}

/** Does something before the nth call of an operation. */
function before(operation: string, nth: number, act: () => Error | void) {
  let seen = 0;
  return (call: FsCall) => call.operation === operation && ++seen === nth ? act() : undefined;
}

function captured(result: FileCapture) {
  assert.equal(result.status, "captured", JSON.stringify(result));
  return result as FileCapture & { status: "captured" };
}

function withFile(
  name: string,
  content: string,
  use: (path: string) => Promise<void>,
): Promise<void> {
  return withTempDir(async (folder) => {
    const path = `${folder}/${name}`;
    Deno.writeTextFileSync(path, content);
    Deno.utimeSync(path, 1_700_000_000, 1_700_000_000);
    await use(path);
  });
}

Deno.test("a small file is handed over once, with its mode, time and hash", () =>
  withFile("AGENTS.md", "be kind", async (path) => {
    if (Deno.build.os !== "windows") Deno.chmodSync(path, 0o640);
    const { result, sink } = await capture(path);
    const { bytes, sha256, attempts, info } = captured(result);
    assert.deepEqual([bytes, sha256, attempts], [7, sha256Of("be kind"), 1]);
    assert.deepEqual(sink.calls, ["begin", "write"]);
    assert.deepEqual(sink.meta, {
      size: 7,
      mode: Deno.build.os === "windows" ? 0 : 0o640,
      mtimeMs: 1_700_000_000_000,
    });
    assert.equal(info.mtimeMs, 1_700_000_000_000);
    assert.equal(sink.text(), "be kind");
  }));

Deno.test("an empty file begins and has nothing to write", () =>
  withFile("empty", "", async (path) => {
    const { result, sink } = await capture(path);
    assert.equal(captured(result).sha256, sha256Of(""));
    assert.deepEqual(sink.calls, ["begin"]);
  }));

Deno.test("a large file comes in pieces", () =>
  withFile("big.bin", LARGE, async (path) => {
    const { result, sink } = await capture(path);
    assert.equal(captured(result).sha256, sha256Of(LARGE));
    assert.deepEqual(sink.calls, ["begin", "write", "write", "write"]);
    assert.equal(sink.text(), LARGE);
  }));

/** What is known of a file that began with these bytes of {@linkcode LARGE} when it was captured. */
function startOf(bytes: number) {
  return { bytes, sha256: sha256Of(LARGE.slice(0, bytes)) };
}

Deno.test("a large file that has only grown is said to be so, and handed over whole", () =>
  withFile("talk.jsonl", LARGE, async (path) => {
    const start = startOf((1 << 20) + 7);
    const { result, sink } = await capture(path, () => {}, { start });
    assert.equal(captured(result).sha256, sha256Of(LARGE));
    assert.equal(sink.meta?.isGrown, true);
    assert.deepEqual(sink.calls, ["begin", "write", "write", "write", "write"]);
    assert.equal(sink.text(), LARGE);
  }));

Deno.test("a large file that begins otherwise than it did is rolled back, and read as any other", () =>
  withFile("talk.jsonl", LARGE, async (path) => {
    const start = { ...startOf((1 << 20) + 7), sha256: sha256Of("something else") };
    const { result, sink } = await capture(path, () => {}, { start });
    const { sha256, attempts } = captured(result);
    assert.deepEqual([sha256, attempts], [sha256Of(LARGE), 1]);
    assert.equal(sink.meta?.isGrown, false);
    assert.deepEqual(sink.calls.slice(0, 4), ["begin", "write", "rollback", "begin"]);
    assert.equal(sink.text(), LARGE);
  }));

Deno.test("a large file that is no longer than it was is not said to have grown", () =>
  withFile("talk.jsonl", LARGE, async (path) => {
    for (const bytes of [LARGE.length, LARGE.length + 1]) {
      const start = { bytes, sha256: sha256Of("something else") };
      const { result, sink } = await capture(path, () => {}, { start });
      assert.equal(captured(result).attempts, 1);
      assert.equal(sink.meta?.isGrown, false);
      assert.equal(sink.text(), LARGE);
    }
  }));

Deno.test("a small file that changes while it is read is read again before anything is handed over", () =>
  withFile("notes.md", "old text", async (path) => {
    const rewrite = () => Deno.writeTextFileSync(path, "a newer and longer text");
    const { result, sink } = await capture(path, before("read", 1, rewrite));
    assert.equal(captured(result).attempts, 2);
    assert.deepEqual(sink.calls, ["begin", "write"]);
    assert.equal(sink.text(), "a newer and longer text");
  }));

Deno.test("a file rewritten to the same size is read again", () =>
  withFile("notes.md", "old text", async (path) => {
    const rewrite = () => Deno.writeTextFileSync(path, "new text");
    // After the read, before the look that follows it.
    const { result, sink } = await capture(path, before("info", 2, rewrite));
    assert.equal(captured(result).attempts, 2);
    assert.equal(sink.text(), "new text");
  }));

Deno.test("a file replaced by a rename is read again", () =>
  withFile("notes.md", "old text", async (path) => {
    const replace = () => {
      Deno.writeTextFileSync(`${path}.new`, "new text");
      Deno.utimeSync(`${path}.new`, 1_700_000_000, 1_700_000_000);
      Deno.renameSync(`${path}.new`, path);
    };
    const { result, sink } = await capture(path, before("read", 1, replace));
    assert.equal(captured(result).attempts, 2);
    assert.equal(sink.text(), "new text");
  }));

Deno.test("a large file that changes is rolled back and read again", () =>
  withFile("big.bin", LARGE, async (path) => {
    const shrink = () => Deno.truncateSync(path, 2 << 20);
    const { result, sink } = await capture(path, before("read", 2, shrink));
    assert.equal(captured(result).attempts, 2);
    assert.deepEqual(sink.calls, [
      "begin",
      "write",
      "write",
      "rollback",
      "begin",
      "write",
      "write",
    ]);
    assert.equal(sink.text(), LARGE.slice(0, 2 << 20));
  }));

Deno.test("a file that never stands still fails, and nothing is left in the sink", () =>
  withFile("restless.bin", LARGE, async (path) => {
    let size = LARGE.length;
    const { result, sink } = await capture(path, ({ operation }) => {
      if (operation === "info") Deno.truncateSync(path, --size);
    });
    assert.deepEqual([result.status, "code" in result && result.code], ["failed", "never_stable"]);
    assert.equal(sink.calls.filter((call) => call === "begin").length, 5);
    assert.equal(sink.calls.at(-1), "rollback");
  }));

Deno.test("a file that is gone, before or while it is read, has vanished", () =>
  withFile("gone", "x", async (path) => {
    const remove = () => Deno.removeSync(path);
    assert.equal((await capture(path, before("open", 1, remove))).result.status, "vanished");
    assert.equal((await capture(path)).result.status, "vanished");
    Deno.writeTextFileSync(path, "x");
    const { result, sink } = await capture(path, before("read", 1, remove));
    assert.equal(result.status, "vanished");
    assert.deepEqual(sink.calls, []);
  }));

Deno.test("what has become a link or a pipe is not opened", () =>
  withFile("file", "secret", async (path) => {
    Deno.symlinkSync(path, `${path}.link`);
    assert.equal((await capture(`${path}.link`)).result.status, "vanished");
    if (Deno.build.os === "windows") return;
    new Deno.Command("mkfifo", { args: [`${path}.fifo`] }).outputSync();
    assert.equal((await capture(`${path}.fifo`)).result.status, "vanished");
  }));

Deno.test("a file that may not be opened fails with the system's reason", () =>
  withFile("locked", "x", async (path) => {
    const { result, sink } = await capture(path, before("open", 1, () => systemError("EACCES")));
    assert.deepEqual(result, {
      status: "failed",
      code: "unreadable",
      error: "EACCES: simulated",
    });
    assert.deepEqual(sink.calls, []);
  }));

Deno.test("an error in the middle of a large file rolls it back and fails", () =>
  withFile("big.bin", LARGE, async (path) => {
    const { result, sink } = await capture(path, before("read", 2, () => systemError("EIO")));
    assert.deepEqual([result.status, "code" in result && result.code], ["failed", "unreadable"]);
    assert.deepEqual(sink.calls, ["begin", "write", "rollback"]);
  }));

Deno.test("what the sink throws goes through", () =>
  withFile("file", "x", async (path) => {
    const sink = memorySink();
    sink.write = () => Promise.reject(systemError("ENOSPC"));
    await rejectsWith(() => captureFile(testHost("/nowhere"), path, {}, sink), "ENOSPC");
  }));

Deno.test("a transcript that grows is captured up to its last whole line", () =>
  withFile("rollout.jsonl", '{"a":1}\n{"b":', async (path) => {
    const append = (text: string) => Deno.writeTextFileSync(path, text, { append: true });
    const { result, sink } = await capture(path, before("info", 2, () => append("2}\n")));
    assert.equal(captured(result).attempts, 1);
    assert.equal(sink.text(), '{"a":1}\n');
    assert.equal(sink.meta?.size, 8);
  }));

Deno.test("a transcript that grows by whole lines while it is read keeps those seen at the start", () =>
  withFile("rollout.jsonl", '{"a":1}\n', async (path) => {
    const append = () => Deno.writeTextFileSync(path, '{"b":2}\n', { append: true });
    const { result, sink } = await capture(path, before("lstat", 2, append));
    assert.equal(captured(result).attempts, 1);
    assert.equal(sink.text(), '{"a":1}\n');
  }));

Deno.test("a large transcript that grows is captured up to its last whole line", () => {
  const lines = `{"text":"${"x".repeat(1000)}"}\n`.repeat(3000);
  return withFile("rollout.jsonl", `${lines}{"half`, async (path) => {
    const append = () => Deno.writeTextFileSync(path, 'way":1}\n', { append: true });
    const { result, sink } = await capture(path, before("info", 2, append));
    assert.equal(captured(result).bytes, lines.length);
    assert.equal(sink.text(), lines);
    assert.ok(!sink.calls.includes("rollback"));
  });
});

Deno.test("a transcript whose last line is not ended is captured whole when it does not grow", () =>
  withFile("rollout.jsonl", '{"a":1}\n{"b":2}', async (path) => {
    const { result, sink } = await capture(path);
    assert.equal(captured(result).attempts, 1);
    assert.equal(sink.text(), '{"a":1}\n{"b":2}');
  }));

Deno.test("a transcript that starts to grow after it seemed to rest is read again", () =>
  withFile("rollout.jsonl", '{"a":1}\n{"b":', async (path) => {
    const append = () => Deno.writeTextFileSync(path, "2}\n", { append: true });
    const { result, sink } = await capture(path, before("lstat", 2, append));
    assert.equal(captured(result).attempts, 2);
    assert.equal(sink.text(), '{"a":1}\n{"b":2}\n');
  }));

Deno.test("a transcript that is rewritten in place is read again", () =>
  withFile("history.jsonl", '{"a":1}\n{"b":2}\n', async (path) => {
    const rewrite = () => Deno.writeTextFileSync(path, '{"b":2}\n');
    const { result, sink } = await capture(path, before("lstat", 2, rewrite));
    assert.equal(captured(result).attempts, 2);
    assert.equal(sink.text(), '{"b":2}\n');
  }));

Deno.test("configuration that is caught half-written is read again until it parses", () =>
  withFile("auth.json", '{"tokens":', async (path) => {
    const finish = () => Deno.writeTextFileSync(path, '{"tokens":{}}');
    const { result, sink } = await capture(path, before("open", 2, finish), { config: "json" });
    assert.equal(captured(result).flag, undefined);
    assert.equal(sink.text(), '{"tokens":{}}');
  }));

Deno.test("configuration that is caught empty is looked at again", () =>
  withFile("config.toml", "", async (path) => {
    const finish = () => Deno.writeTextFileSync(path, 'model = "o"\n');
    const { result, sink } = await capture(path, before("open", 2, finish), { config: "toml" });
    assert.equal(captured(result).flag, undefined);
    assert.equal(sink.text(), 'model = "o"\n');
  }));

Deno.test("configuration that stays broken is captured as it is and flagged", async () => {
  for (const [name, config] of [["a.json", "json"], ["a.toml", "toml"]] as const) {
    await withFile(name, "{ broken", async (path) => {
      const { result, sink } = await capture(path, undefined, { config });
      assert.equal(captured(result).flag, "config_does_not_parse");
      assert.deepEqual(sink.calls, ["begin", "write"]);
      assert.equal(sink.text(), "{ broken");
    });
  }
});

Deno.test("the same bytes in a file that is no configuration are not flagged", () =>
  withFile("a.json", "{ broken", async (path) => {
    const { result } = await capture(path);
    assert.deepEqual([captured(result).flag, captured(result).attempts], [undefined, 1]);
  }));

Deno.test("reading a large file stops when the user wants it", () =>
  withFile("big.bin", LARGE, async (path) => {
    const stop = new AbortController();
    const fs = faultyFs(realFs, before("read", 2, () => stop.abort()));
    const host = testHost("/nowhere", { fs, signal: stop.signal });
    await rejectsWith(() => captureFile(host, path, {}, memorySink()), "interrupted");
  }));
