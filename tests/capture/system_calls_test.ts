import { fileURLToPath } from "node:url";
import { assert } from "../assert.ts";
import { addNotes, leaveBehind, makeDatabase } from "../support/databases.ts";
import { withTempDir } from "../support/host.ts";
import { changesIn } from "../support/strace.ts";

const PROGRAM = fileURLToPath(new URL("../support/capture_home.ts", import.meta.url));

/** A home with a database in each state that section 4 of the design knows, and some files. */
function makeHome(home: string, scratch: string) {
  makeDatabase(`${home}/rest.sqlite`).close();
  makeDatabase(`${home}/wal-rest.sqlite`, "wal").close();
  const live = makeDatabase(`${home}/live.sqlite`, "wal");
  const crashed = makeDatabase(`${scratch}/wal`, "wal");
  leaveBehind(`${scratch}/wal`, `${home}/left.sqlite`, "-wal", "-shm");
  leaveBehind(`${scratch}/wal`, `${home}/half-left.sqlite`, "-wal");
  crashed.close();
  const hot = makeDatabase(`${scratch}/hot`);
  hot.exec("PRAGMA cache_size = 1; BEGIN");
  addNotes(hot, 5000);
  leaveBehind(`${scratch}/hot`, `${home}/hot.sqlite`, "-journal");
  hot.close();
  Deno.mkdirSync(`${home}/sessions`);
  Deno.writeTextFileSync(`${home}/sessions/rollout.jsonl`, '{"a":1}\n');
  Deno.writeTextFileSync(`${home}/config.toml`, "");
  return live;
}

Deno.test("no system call of a capture changes the home", () =>
  withTempDir((folder) => {
    // strace is a tool of Linux.
    if (Deno.build.os !== "linux") return;
    for (const name of ["home", "scratch", "staging"]) Deno.mkdirSync(`${folder}/${name}`);
    const live = makeHome(`${folder}/home`, `${folder}/scratch`);
    const traced = [
      "-f",
      "--seccomp-bpf",
      "-qq",
      "-y",
      "-e",
      "trace=%file,ftruncate,fchmod,fchown",
    ];
    const program = [Deno.execPath(), "run", "--quiet", "-A", PROGRAM];
    const { code, stdout, stderr } = new Deno.Command("strace", {
      args: [
        ...traced,
        "-o",
        `${folder}/log`,
        ...program,
        `${folder}/home`,
        `${folder}/staging`,
      ],
    }).outputSync();
    live.close();
    const told = new TextDecoder().decode(stdout);
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    for (const name of ["rest", "wal-rest", "live", "left", "half-left", "hot"]) {
      assert.match(told, new RegExp(`^${name}.sqlite captured$`, "m"));
    }
    const calls = Deno.readTextFileSync(`${folder}/log`).split("\n")
      .map((line) => line.replace(/^\d+ +/, ""))
      .filter((call) => call.includes(`${folder}/home/`));
    assert.ok(calls.length > 20, "nothing was traced");
    // SQLite opens the side files of a database that is held open for writing, whatever it does.
    const changes = changesIn(calls).filter((call) => !/live\.sqlite-(wal|shm)/.test(call));
    assert.deepEqual(changes, []);
  }));
