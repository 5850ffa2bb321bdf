import { type CommandRequest, converse } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";

function shell(script: string, changes: Partial<CommandRequest> = {}): CommandRequest {
  return {
    program: "/bin/sh",
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    timeoutMs: 60_000,
    maxOutputBytes: 1000,
    signal: new AbortController().signal,
    ...changes,
  };
}

Deno.test("what is said to a program is answered line by line, the last without its end, too", async () => {
  const heard = await converse(
    shell("read a; echo got $a; read b; echo noise >&2; printf 'and\\n\\nthen %s' $b"),
    async ({ say, hear }) => {
      const lines: (string | undefined)[] = [];
      await say("ü");
      lines.push(await hear());
      await say("two");
      for (let n = 0; n < 4; n++) lines.push(await hear());
      return lines;
    },
  );
  assert.deepEqual(heard, ["got ü", "and", "", "then two", undefined]);
});

Deno.test("a program that goes on is ended with what it has started, whatever has happened", async () => {
  const waiting = "sleep 1000 & echo $!; wait";
  const cases: [request: () => CommandRequest, error: RegExp][] = [
    [() => shell(waiting, { timeoutMs: 2000 }), /longer than 2 s/],
    [() => shell(waiting, { signal: AbortSignal.timeout(2000) }), /aborted due to timeout/],
    [
      () => shell(waiting.replace("wait", "read go; yes | head -c 2000; wait")),
      /more than 1000 bytes/,
    ],
  ];
  for (const [request, error] of cases) {
    let pid = 0;
    const talking = converse(request(), async ({ say, hear }) => {
      pid = Number(await hear());
      await say("go"); // so that the first line comes by itself
      while (await hear() !== undefined);
    });
    await assert.rejects(talking, error);
    await gone(pid);
  }
  const pid = await converse(shell(waiting), async ({ hear }) => Number(await hear()));
  await gone(pid);
  await assert.rejects(
    converse(shell(waiting), async ({ hear }) => {
      await hear();
      throw new Error("mine");
    }),
    /mine/,
  );
});

/** Waits until a killed process is no more; init has to take it away first. */
async function gone(pid: number): Promise<void> {
  assert.ok(pid > 0);
  for (let tries = 0; tries < 500; tries++) {
    try {
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      if (/\) Z/.test(stat)) return;
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`${pid} still runs`);
}

Deno.test("that a program does not listen any more is told by what is heard of it", async () => {
  const heard = await converse(shell("exec 0<&-; echo bye; exit"), async ({ say, hear }) => {
    const last = await hear();
    await say("are you there?");
    await say("hello?");
    return [last, await hear()];
  });
  assert.deepEqual(heard, ["bye", undefined]);
});

Deno.test("a program that is not there cannot be spoken with", async () => {
  const request = { ...shell(""), program: "/no/such/program" };
  await assert.rejects(converse(request, () => Promise.resolve()), Deno.errors.NotFound);
});
