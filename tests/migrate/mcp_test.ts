import {
  fromClaude,
  fromCodex,
  toClaude,
  toCodex,
  toOpenClaw,
  withoutSecrets,
} from "../../src/migrate/mcp.ts";
import { assert } from "../assert.ts";

const KEY = "sk-abcdefghijklmnopqrstuvwx";

Deno.test("a server that is started keeps its command, and is switched off where that can be", () => {
  const server = fromCodex({
    command: "npx",
    args: ["-y", "srv"],
    env: { A: "1" },
    env_vars: ["B"],
  })!;
  assert.deepEqual(toOpenClaw(server), {
    command: "npx",
    args: ["-y", "srv"],
    enabled: false,
    env: { B: "${B}", A: "1" },
  });
  assert.deepEqual(toClaude(server), {
    type: "stdio",
    command: "npx",
    args: ["-y", "srv"],
    env: { B: "${B}", A: "1" },
  });
  assert.deepEqual(toCodex(server).enabled, false);
});

Deno.test("a server that is reached keeps its URL and the name of the variable with its token", () => {
  const server = fromCodex({ url: "https://x.test/mcp", bearer_token_env_var: "T" })!;
  assert.deepEqual(toClaude(server), {
    type: "http",
    url: "https://x.test/mcp",
    headers: { Authorization: "Bearer ${T}" },
  });
  const sse = fromClaude({ type: "sse", url: "https://x.test/sse" })!;
  assert.equal(toOpenClaw(sse).transport, "sse");
  assert.equal(toOpenClaw(server).transport, "streamable-http");
});

Deno.test("what is no server is none", () => {
  for (const value of [null, 1, [], {}, { command: 3 }, { args: ["x"] }]) {
    assert.equal(fromCodex(value), undefined);
    assert.equal(fromClaude(value), undefined);
  }
  assert.deepEqual(fromClaude({ command: "x", args: "y", env: { A: 1, B: "2" } }), {
    command: "x",
    env: { B: "2" },
  });
});

Deno.test("keys and tokens are left out by their name or by their shape, and named", () => {
  const { server, left } = withoutSecrets({
    command: "srv",
    args: ["--token", "plain-value", "--port", "80", `--key=${KEY}`, KEY, "--api-key=abc"],
    env: { API_KEY: "plain", MODE: "fast", NOTE: KEY, FROM: "${API_KEY}", SESSION_TOKEN: "" },
    headers: { Authorization: "Bearer ${T}", Cookie: "a=b" },
    url: `https://me:pass@x.test/mcp?api_key=abc&page=2`,
  });
  assert.deepEqual(server, {
    command: "srv",
    args: [
      "--token",
      "<left out>",
      "--port",
      "80",
      "--key=<left out>",
      "<left out>",
      "--api-key=<left out>",
    ],
    env: { MODE: "fast", FROM: "${API_KEY}", SESSION_TOKEN: "" },
    headers: { Authorization: "Bearer ${T}" },
    url: "https://x.test/mcp?page=2",
  });
  assert.deepEqual(left.sort(), [
    "--api-key",
    "--key",
    "--token",
    "API_KEY",
    "Cookie",
    "NOTE",
    "api_key",
    "argument 6",
    "user of the URL",
  ]);
});

Deno.test("a server without secrets stays as it is", () => {
  const server = { url: "https://x.test/mcp?a=b&c", headers: { "X-Team": "core" } };
  assert.deepEqual(withoutSecrets(server), { server, left: [] });
});
