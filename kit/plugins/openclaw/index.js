/**
 * Tells Lifeboat what OpenClaw's tools are about to do to files, and what they did. All the rest is
 * `lifeboat hook openclaw`, which reads one event on stdin. Nothing here stops a tool: where Lifeboat
 * is not there, or is slow, the tool goes on without it.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** The tools that write files. */
const TOOLS = ["write", "edit", "apply_patch", "exec", "process"];
/** A tool waits no longer than this, ms; OpenClaw blocks a tool whose hook takes 15 s. */
const PATIENCE_MS = 5000;

/** Where the program lies, as `lifeboat install hooks` has noted it; else it is looked for. */
function findProgram() {
  try {
    return JSON.parse(readFileSync(new URL("program.json", import.meta.url), "utf8")).program;
  } catch {
    return "lifeboat";
  }
}

/** Runs the program with an event; resolves when it has ended, and never fails. */
function tell(program, event) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    try {
      const child = spawn(program, ["hook", "openclaw"], {
        stdio: ["pipe", "ignore", "ignore"],
        windowsHide: true,
      });
      child.on("error", done);
      child.on("exit", done);
      child.stdin.on("error", () => {}); // it may have ended already
      child.stdin.end(JSON.stringify(event));
    } catch {
      done();
    }
  });
}

export default {
  id: "lifeboat",
  name: "Lifeboat",
  description: "Records what OpenClaw's tools do to files, so that it can be undone",
  register(api) {
    const program = findProgram();
    let last = Promise.resolve();

    /** One event after the other, as they have happened. */
    function forward(hook_event_name, context, more = {}) {
      const { agentId = "main", sessionId, sessionKey } = context ?? {};
      let cwd;
      try {
        cwd = api.runtime.agent.resolveAgentWorkspaceDir(api.config, agentId);
      } catch {
        return undefined; // an agent that is not configured any more
      }
      const session_id = sessionId ?? sessionKey ?? agentId;
      last = last.then(() => tell(program, { hook_event_name, session_id, cwd, ...more }));
      return last;
    }

    function toolIn({ toolName, params, toolCallId }) {
      return { tool_name: toolName, tool_input: params, tool_use_id: toolCallId };
    }

    const options = { matcher: TOOLS };
    api.on("before_tool_call", async (event, context) => {
      await forward("PreToolUse", context, toolIn(event));
    }, options);
    api.on("after_tool_call", async (event, context) => {
      await forward("PostToolUse", context, toolIn(event));
    }, options);
    api.on("session_start", async (event, context) => {
      await forward("SessionStart", { ...event, ...context });
    });
    api.on("session_end", async (event, context) => {
      await forward("SessionEnd", { ...event, ...context });
    });
  },
};
