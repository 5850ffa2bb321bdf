import { redact } from "../seal/mod.ts";
import { sizeOf, type Table, tableOf } from "./parse.ts";

/** What is set in `config.toml`. */
export interface CodexFlags {
  model_provider_present: boolean;
  model_providers_present: boolean;
  model_provider_count: number;
  provider_fields: Record<string, ProviderFlags>;
  /** The hooks switch under `[features]`, by its new or its old name. */
  hooks_enabled_present: boolean;
  hooks_present: boolean;
  notify_present: boolean;
  sqlite_home_present: boolean;
  log_dir_present: boolean;
  credentials_store_present: boolean;
  projects_count: number;
  mcp_servers_count: number;
  profiles_count: number;
}

/** What is set for one model provider. */
export interface ProviderFlags {
  base_url_present: boolean;
  env_key_present: boolean;
  service_tier_present: boolean;
  wire_api_present: boolean;
}

function providerFlags(provider: Table): ProviderFlags {
  return {
    base_url_present: "base_url" in provider,
    env_key_present: "env_key" in provider,
    service_tier_present: "service_tier" in provider,
    wire_api_present: "wire_api" in provider,
  };
}

function providerFields(providers: Table): Record<string, ProviderFlags> {
  const tables = Object.entries(providers).map(([name, value]) =>
    [redact(name), tableOf(value)] as const
  );
  return Object.fromEntries(
    tables.flatMap(([name, table]) => table ? [[name, providerFlags(table)]] : []),
  );
}

/** Presence and counts of a parsed `config.toml` (agent-homes.md 1.3), never values. */
export function codexFlags(config: Table): CodexFlags {
  const providers = tableOf(config.model_providers);
  const features = tableOf(config.features) ?? {};
  return {
    model_provider_present: config.model_provider !== undefined,
    model_providers_present: providers !== undefined,
    model_provider_count: sizeOf(providers),
    provider_fields: providerFields(providers ?? {}),
    hooks_enabled_present: "hooks" in features || "codex_hooks" in features,
    hooks_present: config.hooks !== undefined,
    notify_present: config.notify !== undefined,
    sqlite_home_present: config.sqlite_home !== undefined,
    log_dir_present: config.log_dir !== undefined,
    credentials_store_present: config.cli_auth_credentials_store !== undefined,
    projects_count: sizeOf(config.projects),
    mcp_servers_count: sizeOf(config.mcp_servers),
    profiles_count: sizeOf(config.profiles),
  };
}
