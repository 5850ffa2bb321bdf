/** Logins and keys. */
import type { AuthAsset, EnvAsset } from "./asset.ts";
import { copyFile, type Effect, PRIVATE, textIfThere } from "./effects.ts";
import { parseEnvFile } from "./hermes_env.ts";
import { type MigrationItem, REASONS, type Step } from "./item.ts";
import { faultOfTarget } from "./place.ts";
import { conflictAt, guarded, type Planning, stopped } from "./planning.ts";

/** A login, copied only where secrets are wanted. */
export function authStep(planning: Planning, asset: AuthAsset): Step {
  return guarded(authItem(planning, asset), (item) => auth(planning, asset, item));
}

function authItem({ provider, target }: Planning, { id, source }: AuthAsset): MigrationItem {
  return {
    id,
    kind: "auth",
    action: "copy",
    status: "planned",
    source,
    target: target.login(provider),
    message: target.id === "openclaw"
      ? "Copy the login into the agent's Codex home; newer OpenClaw asks to sign in all the same."
      : "Copy the login.",
    sensitive: true,
  };
}

function auth(planning: Planning, { source }: AuthAsset, item: MigrationItem): Step {
  const { host, includeSecrets, target: { place } } = planning;
  if (item.target === undefined) return stopped(item, "skipped", `it is of no use in ${place}`);
  if (!includeSecrets) return stopped(item, "skipped", REASONS.secretsLeftOut);
  const conflict = conflictAt(planning, item.target);
  if (conflict) return stopped(item, "conflict", conflict);
  return { item, effects: [{ ...copyFile(host, source, item.target), mode: PRIVATE } as Effect] };
}

/** A key of an environment file, added only where secrets are wanted. */
export function envStep(planning: Planning, asset: EnvAsset): Step {
  return guarded(envItem(planning, asset), (item) => env(planning, asset, item));
}

function envItem({ target }: Planning, { source, name }: EnvAsset): MigrationItem {
  return {
    id: `env:${name}`,
    kind: "secret",
    action: "merge",
    status: "planned",
    source,
    ...(target.env === undefined ? {} : { target: `${target.env}#${name}` }),
    message: `Add ${name} to the environment file.`,
    sensitive: true,
    details: { envVar: name },
  };
}

function env(planning: Planning, { name, value }: EnvAsset, item: MigrationItem): Step {
  const { host, target, includeSecrets } = planning;
  if (target.env === undefined) {
    return stopped(item, "skipped", `it is of no use in ${target.place}`);
  }
  if (!includeSecrets) return stopped(item, "skipped", REASONS.secretsLeftOut);
  const fault = faultOfTarget(host, target.home, target.env);
  if (fault) return stopped(item, "conflict", fault);
  const there = parseEnvFile(textIfThere(host, target.env) ?? "").get(name);
  if (there === value) return stopped(item, "skipped", REASONS.alreadyThere);
  if (there !== undefined) return stopped(item, "conflict", REASONS.targetExists);
  if (/[\r\n"]/.test(value)) return stopped(item, "error", "its value cannot be written");
  const line = `${name}="${value}"\n`;
  const edit = (text = "") => `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}`;
  return { item, effects: [{ do: "edit", target: target.env, edit }] };
}
