import { assert, rejectsWith } from "../assert.ts";
import { takeLock } from "../../src/base/mod.ts";
import { withTempDir } from "../support/host.ts";

const HOLDER = `
  const { takeLock } = await import(Deno.args[0]);
  takeLock(Deno.args[1], "x");
  console.log("held");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

Deno.test("a lock is held against another process and freed when that is killed", async () => {
  await withTempDir(async (folder) => {
    const path = `${folder}/lock`;
    const module = new URL("../../src/base/mod.ts", import.meta.url).href;
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const script = `${folder}/holder.ts`;
    Deno.writeTextFileSync(script, HOLDER);
    const holder = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", config, script, module, path],
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    const error = await rejectsWith(() => takeLock(path, "the home"), "locked");
    assert.match(error.message, /the home/);
    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    takeLock(path, "the home").release();
  });
});

Deno.test("a lock that was released can be taken again, and leaves no journal", async () => {
  await withTempDir((folder) => {
    takeLock(`${folder}/lock`, "x").release();
    takeLock(`${folder}/lock`, "x").release();
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["lock"]);
  });
});

Deno.test("a lock whose file cannot be written is no lock that another holds", async () => {
  await withTempDir(async (folder) => {
    await rejectsWith(() => takeLock(`${folder}/missing/lock`, "x"), "lock_unusable");
    Deno.writeTextFileSync(
      `${folder}/lock`,
      "not a database, and longer than its header is: ".repeat(9),
    );
    await rejectsWith(() => takeLock(`${folder}/lock`, "x"), "lock_unusable");
  });
});
