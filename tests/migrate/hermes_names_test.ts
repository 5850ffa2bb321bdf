/** Names of models and providers: expected is what OpenClaw 2026.9.6 makes of the same. */
import { filled, hasReferences, parseEnvFile } from "../../src/migrate/hermes_env.ts";
import { apiOf, endpointIn, openClawEndpoint } from "../../src/migrate/hermes_endpoints.ts";
import { modelInUse, providerName, usesRetiredQwen } from "../../src/migrate/hermes_names.ts";
import { assert } from "../assert.ts";

Deno.test("the model that is used is named with OpenClaw's name of its provider", () => {
  const cases: [config: Record<string, unknown>, model: string | undefined][] = [
    [{ provider: "kimi", default_model: "moonshot/k1" }, "moonshot/k1"],
    [{ model: { default: "claude/opus", provider: "auto" } }, "anthropic/opus"],
    [{ model: { model: "x/y", baseUrl: "http://127.0.0.1:1/v1" } }, "custom/x/y"],
    [{ model: { provider: "minimax-cn", default: "m1" } }, "minimax/m1"],
    [{ model: "qwen-oauth/coder" }, "qwen/coder"],
    [{ model: "  lab/one " }, "lab/one"],
    [{ model: "one", provider: "openai-codex" }, "openai/one"],
    [{ model: "openai/one", provider: "openai-api" }, "openai/one"],
    [{ provider: "mine", model: "Mine/x", providers: { Mine: {} } }, "mine/x"],
    [{ model: "" }, undefined],
    [{ model: 7 }, undefined],
    [{}, undefined],
  ];
  for (const [config, model] of cases) {
    assert.equal(modelInUse(config, new Map()), model, JSON.stringify(config));
  }
});

Deno.test("Kimi is Moonshot unless its endpoint or its key says otherwise", () => {
  const name = (config: object, variables: Record<string, string> = {}) =>
    providerName(config as Record<string, unknown>, "kimi", new Map(Object.entries(variables)));
  assert.equal(name({}), "moonshot");
  assert.equal(name({}, { KIMI_API_KEY: "sk-kimi-1" }), "kimi");
  assert.equal(name({}, { KIMI_BASE_URL: "https://api.kimi.com/coding/v1/" }), "kimi");
  assert.equal(name({}, { KIMI_BASE_URL: "https://api.moonshot.ai/v1" }), "moonshot");
  assert.equal(name({ providers: { Kimi: { url: "https://else.test" } } }), "kimi");
  assert.equal(
    name({ model: { provider: "moonshot", api: "https://api.moonshot.ai" } }),
    "moonshot",
  );
});

Deno.test("a protocol follows from what is named, the provider, or the endpoint", () => {
  const cases: [table: Record<string, unknown>, provider: string, api: string | undefined][] = [
    [{ transport: "Messages" }, "x", "anthropic-messages"],
    [{ api_mode: "pigeon" }, "x", undefined],
    [{ transport: "responses" }, "custom", "openai-responses"],
    [{ base_url: "https://api.kimi.com/coding/" }, "x", "anthropic-messages"],
    [{ base_url: "https://a.test/anthropic/v1" }, "x", "anthropic-messages"],
    [{ base_url: "https://chatgpt.com/backend-api/codex" }, "x", "openai-chatgpt-responses"],
    [{ base_url: "https://api.openai.com/v1" }, "x", "openai-responses"],
    [{ base_url: "no URL" }, "grok", "openai-responses"],
    [{}, "claude", "anthropic-messages"],
    [{}, "minimax-oauth", "openai-completions"],
    [{}, "x", "openai-completions"],
  ];
  for (const [table, provider, api] of cases) {
    assert.equal(apiOf(table, provider), api, `${provider} ${JSON.stringify(table)}`);
  }
  assert.equal(openClawEndpoint("https://a.test/v1/", "anthropic-messages"), "https://a.test");
  assert.equal(openClawEndpoint("https://a.test/v1/", "openai-completions"), "https://a.test/v1/");
  const variables = new Map([["HF_BASE_URL", "h"], ["OPENAI_BASE_URL", "o"], [
    "GLM_BASE_URL",
    "g",
  ]]);
  const endpoints = ["huggingface", "custom:x", "custom", "zhipu", "nobody"]
    .map((provider) => endpointIn(variables, provider));
  assert.deepEqual(endpoints, ["h", undefined, "o", "g", undefined]);
});

Deno.test("logins that OpenClaw cannot use are known by any of their names", () => {
  assert.ok(usesRetiredQwen({ model: { provider: "Qwen-OAuth" } }));
  assert.ok(usesRetiredQwen({ model_name: "qwen-portal/x" }));
  assert.ok(!usesRetiredQwen({ model: "qwen/x", provider: 7 }));
});

Deno.test("references to variables are put in whole, or not at all", () => {
  const variables = parseEnvFile("A=1\nexport B='two words'\n# C=3\nA=last # note\n");
  assert.deepEqual(filled({ x: ["${A}-${ env:B }", 7, null] }, variables), {
    x: ["last-two words", 7, null],
  });
  assert.equal(filled({ x: ["${A}", "${C}"] }, variables), undefined);
  assert.ok(hasReferences({ a: [{ b: "x${Y}" }] }) && !hasReferences({ a: ["$Y", 1, null] }));
});
