import { sizeOf, type Table, tableOf } from "./parse.ts";

/** What is set in `settings.json`. */
export interface ClaudeFlags {
  permissions_present: boolean;
  /** Rules under `permissions.allow`, as the original counts them. */
  permissions_count: number;
  env_present: boolean;
  env_count: number;
  hooks_present: boolean;
  hooks_count: number;
  allowed_tools_present: boolean;
  enabled_plugins_count: number;
  cleanup_period_days_present: boolean;
  model_present: boolean;
  theme_present: boolean;
  status_line_present: boolean;
  api_key_helper_present: boolean;
}

/** Presence and counts of a parsed `settings.json` (agent-homes.md 2.2), never values. */
export function claudeFlags(settings: Table): ClaudeFlags {
  const permissions = tableOf(settings.permissions);
  const hooks = tableOf(settings.hooks);
  return {
    permissions_present: permissions !== undefined,
    permissions_count: sizeOf(permissions?.allow),
    env_present: tableOf(settings.env) !== undefined,
    env_count: sizeOf(settings.env),
    hooks_present: hooks !== undefined,
    hooks_count: Object.values(hooks ?? {}).filter(Array.isArray)
      .reduce((sum, groups) => sum + groups.length, 0),
    allowed_tools_present: Array.isArray(settings.allowedTools),
    enabled_plugins_count: sizeOf(settings.enabledPlugins),
    cleanup_period_days_present: settings.cleanupPeriodDays !== undefined,
    model_present: settings.model !== undefined,
    theme_present: settings.theme !== undefined,
    status_line_present: settings.statusLine !== undefined,
    api_key_helper_present: settings.apiKeyHelper !== undefined,
  };
}
