/** Making an isolated home. */
import { ensureDir, type Host, LifeboatError, pathsOf } from "../base/mod.ts";
import {
  isMade,
  type IsolatedChoice,
  type IsolatedHome,
  isolatedPlace,
  USER_HOME,
} from "../profiles/mod.ts";

/** What home is made. */
export interface CreateOptions extends IsolatedChoice {
  /** `HOME` stays that of the user, so that `~/.agents/skills` is seen. */
  shareHome?: boolean;
}

/** What `isolate create` gives back. */
export interface CreateResult extends IsolatedHome {
  ok: boolean;
}

/**
 * Makes an empty Codex home that only its owner can enter. Throws `isolated_home_exists`, `usage`,
 * `no_such_agent`.
 */
export function createIsolated(host: Host, options: CreateOptions): CreateResult {
  const home = isolatedPlace(host, options);
  if (isMade(host, home)) {
    const message = `${home.id} has an isolated home already: ${home.path}`;
    throw new LifeboatError("refused", "isolated_home_exists", message, {
      hint: home.owner === "openclaw"
        ? "It is used as it is: lifeboat isolate exec --openclaw-agent ..."
        : "Use it, or choose another name.",
    });
  }
  ensureDir(host.fs, home.path, host.platform);
  const user = pathsOf(host.platform).join(home.path, USER_HOME);
  if (!options.shareHome) ensureDir(host.fs, user, host.platform);
  return { ok: true, ...isolatedPlace(host, options) };
}
