/** Deliberate moves of skills, instructions, memories and servers from one agent to another. */
export { applyMigration, type ApplyMigrationOptions, type MigrationResult } from "./apply.ts";
export type { MigrationItem, TargetId } from "./item.ts";
export { type MigrateOptions, type MigrationPlan, planMigration } from "./plan.ts";
export { listProviders, type ProviderList, providerNamed, TARGETS } from "./providers.ts";
export { selectablePlugins, selectableSkills } from "./select.ts";
