import { delay, type Host } from "../base/mod.ts";
import { loadSecretKey } from "../seal/mod.ts";
import type { Backend } from "./backend.ts";
import { type BackendConfig, findBackend, readBackends } from "./config.ts";
import { openCredentials } from "./credentials.ts";
import { folderBackend } from "./folder.ts";
import { withRetry } from "./retry.ts";
import { s3Backend } from "./s3/backend.ts";
import { withLimit } from "./wrap.ts";

/** Calls on their way to a backend at a time. */
const MOST_CALLS = 8;

/** A backend that can be used, with retries. Throws for missing or sealed keys; connects to nothing. */
export function openConfigured(host: Host, config: BackendConfig): Backend {
  if (config.type === "folder") return folderBackend(host, config.path);
  const { name, credentials, ...place } = config;
  const keys = openCredentials(host, name, credentials, () => loadSecretKey(host, false));
  const clock = { wait: (ms: number) => delay(ms, host.signal), random: Math.random };
  return withLimit(withRetry(s3Backend(host, place, keys), clock), MOST_CALLS);
}

/** A backend and what it is called here. */
export interface OpenBackend {
  name: string;
  backend: Backend;
}

/** A backend by its name, or the default one. Throws `no_such_backend` (exit 10). */
export function openBackend(host: Host, name?: string): OpenBackend {
  const config = findBackend(readBackends(host), name);
  return { name: config.name, backend: openConfigured(host, config) };
}
