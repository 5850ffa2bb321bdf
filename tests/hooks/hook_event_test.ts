import fc from "fast-check";
import { parseHookEvent } from "../../src/hooks/hook_event.ts";
import type { HookAgent } from "../../src/hooks/tool_call.ts";
import { assert, rejectsWith } from "../assert.ts";

const LINUX = { platform: "linux", userHome: "/home/u" } as const;

function read(agent: HookAgent, event: Record<string, unknown>) {
  const whole = { session_id: "s1", cwd: "/home/u/code", ...event };
  return parseHookEvent(agent, JSON.stringify(whole), LINUX);
}

function before(agent: HookAgent, tool_name: string, tool_input: unknown) {
  return read(agent, { hook_event_name: "PreToolUse", tool_name, tool_input })?.tool;
}

Deno.test("Claude Code's file tools name one file, relative ones below the session's folder", () => {
  for (const tool of ["Write", "Edit", "MultiEdit"]) {
    const file_path = "/home/u/code/a b.ts";
    assert.deepEqual(before("claude-code", tool, { file_path })?.paths, [file_path]);
  }
  const notebook = before("claude-code", "NotebookEdit", { notebook_path: "n.ipynb" });
  assert.deepEqual(notebook?.paths, ["/home/u/code/n.ipynb"]);
});

Deno.test("OpenClaw's file tools name one file, and ~ is the user's folder for them alone", () => {
  for (const tool of ["write", "edit"]) {
    const paths = (path: string) => before("openclaw", tool, { path })?.paths;
    assert.deepEqual(paths("notes.md"), ["/home/u/code/notes.md"]);
    assert.deepEqual(paths("~/notes.md"), ["/home/u/notes.md"]);
    assert.deepEqual(paths("./~/notes.md"), ["/home/u/code/~/notes.md"]);
  }
  const written = before("claude-code", "Write", { file_path: "~/notes.md" });
  assert.deepEqual(written?.paths, ["/home/u/code/~/notes.md"]);
});

Deno.test("a patch names all files that it adds, updates, deletes and moves to", () => {
  const patch = [
    "*** Begin Patch",
    "*** Update File: src/a.ts",
    "*** Move to: src/b.ts",
    "@@",
    "-*** Delete File: in the text.ts",
    "+new",
    "*** Add File: docs/new file.md\r",
    "+text",
    "*** Delete File: old.ts",
    "*** End Patch",
  ].join("\n");
  const expected = ["src/a.ts", "src/b.ts", "docs/new file.md", "old.ts"]
    .map((path) => `/home/u/code/${path}`);
  assert.deepEqual(before("codex", "apply_patch", { command: patch })?.paths, expected);
  const words = { command: ["apply_patch", patch] };
  assert.deepEqual(before("codex", "apply_patch", words)?.paths, expected);
  assert.deepEqual(before("openclaw", "apply_patch", { input: patch })?.paths, expected);
});

Deno.test("a shell command is not guessed at", () => {
  const input = { command: "rm -f -r important && cp a b 2>/dev/null" };
  const shells: [HookAgent, string][] = [
    ["claude-code", "Bash"],
    ["codex", "Bash"],
    ["openclaw", "exec"],
  ];
  for (const [agent, tool] of shells) {
    assert.deepEqual(before(agent, tool, input), { name: tool, paths: [], isShell: true });
  }
});

Deno.test("a tool that only reads touches nothing", () => {
  const call = before("claude-code", "Read", { file_path: "/etc/passwd" });
  assert.deepEqual(call, { name: "Read", paths: [], isShell: false });
});

Deno.test("events that are about something else are passed over", () => {
  assert.equal(read("claude-code", { hook_event_name: "Notification" }), undefined);
  assert.equal(read("claude-code", {}), undefined);
});

Deno.test("an event that lacks what it must have is refused without being quoted", async () => {
  const secret = "sk-secret-1234";
  const bad: string[] = [
    secret,
    `["${secret}"]{`,
    JSON.stringify({ hook_event_name: "Stop", session_id: "s", cwd: `${secret}/relative` }),
    JSON.stringify({ hook_event_name: "Stop", cwd: "/home/u" }),
    JSON.stringify({ hook_event_name: "Stop", session_id: secret.repeat(99), cwd: "/home/u" }),
    JSON.stringify({ hook_event_name: "Stop", session_id: `${secret}\n`, cwd: "/home/u" }),
    JSON.stringify({ hook_event_name: "PreToolUse", session_id: "s", cwd: "/home/u" }),
    JSON.stringify({
      hook_event_name: "PreToolUse",
      session_id: "s",
      cwd: "/home/u",
      tool_name: "apply_patch",
      tool_input: { command: `*** Add File: ${secret}\n`.repeat(1) + many(2000) },
    }),
  ];
  for (const text of bad) {
    const error = await rejectsWith(
      () => parseHookEvent("codex", text, LINUX),
      "bad_hook_event",
    );
    assert.ok(!error.message.includes(secret), error.message);
  }
});

function many(count: number): string {
  return Array.from({ length: count }, (_, index) => `*** Add File: f${index}`).join("\n");
}

Deno.test("whatever stdin holds, it is an event or refused", () => {
  const value = fc.jsonValue().map((json) => JSON.stringify(json));
  fc.assert(fc.property(fc.oneof(fc.string(), value), (text) => {
    try {
      parseHookEvent("claude-code", text, { platform: "windows", userHome: "C:\\\\u" });
    } catch (error) {
      assert.equal((error as { code?: string }).code, "bad_hook_event");
    }
  }));
});
