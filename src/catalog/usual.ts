/** Whose home a backup is of, seen from this machine. */
import type { Host } from "../base/mod.ts";
import { loadProfiles, resolveHome } from "../profiles/mod.ts";
import type { BackupItem } from "./list.ts";

/**
 * Whether the home has the name that it has here, wherever the user's folder lay. What is encrypted
 * does not tell, and must not lose to something older that does.
 */
export function isUsual(host: Host, item: Pick<BackupItem, "profile" | "home">): boolean {
  const { home } = item;
  if (home === null) return true;
  const profile = loadProfiles(host).find(({ id }) => id === item.profile);
  const nameOf = (path: string) => path.split(/[\\/]/).at(-1);
  return profile !== undefined && nameOf(resolveHome(host, profile).path) === nameOf(home);
}
