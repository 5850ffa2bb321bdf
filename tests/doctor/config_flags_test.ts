import { claudeFlags } from "../../src/doctor/claude_config.ts";
import { codexFlags } from "../../src/doctor/codex_config.ts";
import { assert } from "../assert.ts";

Deno.test("of config.toml presence and counts are told, in the original's keys", () => {
  const secret = "sk-in-a-value";
  const flags = codexFlags({
    model_provider: secret,
    model_providers: {
      stub: { base_url: secret, env_key: secret },
      other: { wire_api: secret, service_tier: secret },
    },
    features: { codex_hooks: true },
    projects: { [secret]: { trust_level: "trusted" }, "/b": {} },
    mcp_servers: { a: { command: secret } },
    notify: [secret],
    sqlite_home: secret,
  });
  assert.deepEqual(flags, {
    model_provider_present: true,
    model_providers_present: true,
    model_provider_count: 2,
    provider_fields: {
      stub: {
        base_url_present: true,
        env_key_present: true,
        service_tier_present: false,
        wire_api_present: false,
      },
      other: {
        base_url_present: false,
        env_key_present: false,
        service_tier_present: true,
        wire_api_present: true,
      },
    },
    hooks_enabled_present: true,
    hooks_present: false,
    notify_present: true,
    sqlite_home_present: true,
    log_dir_present: false,
    credentials_store_present: false,
    projects_count: 2,
    mcp_servers_count: 1,
    profiles_count: 0,
  });
  assert.ok(!JSON.stringify(flags).includes(secret));
});

Deno.test("of settings.json presence and counts are told, in the original's keys", () => {
  const flags = claudeFlags({
    permissions: { allow: ["Bash(git)", "Read"], deny: ["x"] },
    env: { A: "secret", B: "secret" },
    hooks: { Stop: [{}, {}], SessionStart: [{}], odd: 7 },
    allowedTools: [],
    enabledPlugins: { "a@b": true },
    cleanupPeriodDays: 99,
    model: "secret",
  });
  assert.deepEqual(flags, {
    permissions_present: true,
    permissions_count: 2,
    env_present: true,
    env_count: 2,
    hooks_present: true,
    hooks_count: 3,
    allowed_tools_present: true,
    enabled_plugins_count: 1,
    cleanup_period_days_present: true,
    model_present: true,
    theme_present: false,
    status_line_present: false,
    api_key_helper_present: false,
  });
});

Deno.test("settings of the wrong type count as nothing, and do not fail", () => {
  const odd = { model_providers: [1], features: 7, projects: "x", mcp_servers: null };
  assert.equal(codexFlags(odd).model_providers_present, false);
  assert.equal(codexFlags({ model_providers: { a: 1 } }).model_provider_count, 1);
  const settings = { permissions: [], env: "x", hooks: null, enabledPlugins: 3 };
  assert.equal(claudeFlags(settings).permissions_count, 0);
  assert.equal(claudeFlags(settings).enabled_plugins_count, 0);
});
