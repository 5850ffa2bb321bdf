import type { Host } from "../base/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { Configuration } from "./config.ts";
import { type Finding, finding } from "./report.ts";
import type { Survey } from "./survey.ts";

const SIGN_IN_AGAIN = "After a restore on another machine or at another path, sign in again.";

function keyring(message: string): Finding {
  return finding("info", "login_in_keyring", message, SIGN_IN_AGAIN);
}

/**
 * Codex keeps its login in `auth.json` or in the system's keyring, where the entry's name is made
 * from the home's path (agent-homes.md 1.4). Saving it there removes the file.
 */
function codexLogin({ values }: Configuration, { paths }: Survey): Finding[] {
  if (paths["auth.json"]?.present) return [];
  const store = values.get("config.toml")?.cli_auth_credentials_store;
  if (store === "file" || store === "ephemeral") return [];
  return [keyring(
    store === undefined
      ? "There is no auth.json: if Codex is signed in, its login is in the system's keyring and " +
        "cannot be in a backup"
      : "The login of Codex is in the system's keyring and cannot be in a backup",
  )];
}

/** On macOS Claude Code keeps its login in the Keychain (agent-homes.md 2.1). */
function claudeLogin(host: Host, { paths }: Survey): Finding[] {
  if (host.platform !== "darwin" || paths[".credentials.json"]?.present) return [];
  return [
    keyring("The login of Claude Code is in the macOS Keychain and cannot be in a backup"),
  ];
}

/** Says when a login lies where no backup can reach it. */
export function findLogins(
  host: Host,
  home: Home,
  config: Configuration,
  survey: Survey,
): Finding[] {
  if (home.profile.transcripts === "codex") return codexLogin(config, survey);
  return home.profile.transcripts === "claude-code" ? claudeLogin(host, survey) : [];
}
