/** What `lifeboat backends` does. */
import { type Host, LifeboatError, pathsOf } from "../base/mod.ts";
import { openCatalog } from "../catalog/mod.ts";
import { loadSecretKey } from "../seal/mod.ts";
import type { Backend } from "./backend.ts";
import {
  type BackendConfig,
  type BackendsFile,
  changeBackends,
  checkName,
  findBackend,
  LOCAL,
  readBackends,
} from "./config.ts";
import { keysInEnvironment, openCredentials, storedCredentials } from "./credentials.ts";
import { RemoteFault } from "./faults.ts";
import { markFolder } from "./folder.ts";
import { openConfigured } from "./open.ts";
import { isReadable, placeOf } from "./s3/place.ts";
import type { AccessKeys } from "./s3/request.ts";

/** A backend as lists show it; nothing in it is secret. */
export interface BackendItem {
  id: string;
  type: "local" | "folder" | "s3";
  default: boolean;
  path?: string;
  endpoint?: string;
  region?: string;
  bucket?: string;
  prefix?: string;
  /** Where its keys come from. */
  credentials?: "stored" | "environment" | "file";
}

function itemOf(config: BackendConfig, defaultName: string | null): BackendItem {
  const { name: id, type } = config;
  const isDefault = id === defaultName;
  if (type === "folder") return { id, type, default: isDefault, path: config.path };
  const { endpoint, region, bucket, prefix, credentials } = config;
  const item = { id, type, default: isDefault, endpoint, region, bucket, prefix };
  return { ...item, credentials: credentials.from };
}

/** What `backends list` gives back. */
export interface BackendList {
  ok: true;
  backends: BackendItem[];
}

/** This machine, and the configured backends. */
export function listBackends(host: Host): BackendList {
  const file = readBackends(host);
  const local: BackendItem = { id: LOCAL, type: "local", default: file.default === null };
  const others = file.backends.map((config) => itemOf(config, file.default));
  return { ok: true, backends: [local, ...others] };
}

/** What a command that changes a backend gives back. */
export interface BackendChange {
  ok: true;
  backend: BackendItem;
  warnings: string[];
}

/** Checks a new backend and puts it into the configuration. */
async function insert(
  host: Host,
  file: BackendsFile,
  config: BackendConfig,
  makeDefault: boolean,
): Promise<BackendItem> {
  checkName(config.name);
  if (file.backends.some(({ name }) => name === config.name)) {
    throw new LifeboatError("refused", "backend_exists", `There is a backend ${config.name}`, {
      hint: `Choose another --name, or first: lifeboat backends remove ${config.name}`,
    });
  }
  await openConfigured(host, config).list(PROBES); // can it be reached, with these keys?
  file.backends.push(config);
  if (makeDefault || file.backends.length === 1) file.default = config.name;
  return itemOf(config, file.default);
}

/** Adds a folder that is there. The first backend becomes the default one. */
export async function addFolder(
  host: Host,
  { name, path, makeDefault = false }: { name?: string; path: string; makeDefault?: boolean },
): Promise<BackendChange> {
  const { resolve, basename } = pathsOf(host.platform);
  const config: BackendConfig = {
    name: name ?? basename(path),
    type: "folder",
    path: resolve(path),
  };
  checkName(config.name);
  return await changeBackends(host, async (file) => {
    markFolder(host, config.path);
    return { ok: true, backend: await insert(host, file, config, makeDefault), warnings: [] };
  });
}

/** A bucket to be added. */
export interface NewBucket {
  name?: string;
  endpoint?: string;
  region?: string;
  bucket: string;
  prefix?: string;
  makeDefault?: boolean;
  /** `stored` unless told otherwise. */
  credentials?: "stored" | "environment" | "file";
  /** The section of the credentials file. */
  awsProfile?: string;
  /** Keys that are to be stored, where they are known. */
  keys?: AccessKeys;
  /** Asks for the keys, where somebody is there to answer. */
  askForKeys?: () => Promise<AccessKeys>;
}

async function keysToStore(host: Host, asked: NewBucket): Promise<AccessKeys> {
  const keys = asked.keys ?? keysInEnvironment(host) ?? await asked.askForKeys?.();
  if (!keys) {
    throw new LifeboatError("refused", "no_credentials", "There are no keys for this bucket", {
      hint:
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, use --credentials file, or run this " +
        "on a terminal, where they are asked for.",
    });
  }
  if (!keys.sessionToken) return keys;
  throw new LifeboatError("refused", "no_credentials", "Keys with a session token soon expire", {
    hint: "Store lasting ones, or use these at each run with --credentials environment.",
  });
}

function isSealed(config: BackendConfig): boolean {
  return config.type === "s3" && config.credentials.from === "stored";
}

async function configOf(
  host: Host,
  file: BackendsFile,
  asked: NewBucket,
): Promise<BackendConfig> {
  const place = placeOf(asked);
  const { name = asked.bucket, credentials = "stored", awsProfile = "default" } = asked;
  checkName(name);
  const config = (credentials: Extract<BackendConfig, { type: "s3" }>["credentials"]) =>
    ({ name, type: "s3", ...place, credentials }) as const;
  if (credentials === "environment") return config({ from: "environment" });
  if (credentials === "file") return config({ from: "file", profile: awsProfile });
  const keys = await keysToStore(host, asked);
  return config(storedCredentials(keyFor(host, file), name, keys));
}

/** The key that new secrets are sealed with: the one that opens those that are there. */
function keyFor(host: Host, { backends }: BackendsFile) {
  const sealed = backends.filter(isSealed);
  const key = loadSecretKey(host, sealed.length === 0);
  for (const config of sealed) {
    if (config.type === "s3") openCredentials(host, config.name, config.credentials, () => key);
  }
  return key;
}

/** Adds a bucket. The first backend becomes the default one. */
export function addBucket(host: Host, asked: NewBucket): Promise<BackendChange> {
  return changeBackends(host, async (file) => {
    const config = await configOf(host, file, asked);
    const backend = await insert(host, file, config, asked.makeDefault ?? false);
    const { endpoint } = placeOf(asked);
    const warning = `${endpoint} is not encrypted: the network can read what is uploaded`;
    return { ok: true, backend, warnings: isReadable(endpoint) ? [warning] : [] };
  });
}

/** Makes a backend the default one; `local` means that none is. */
export function setDefaultBackend(host: Host, name: string): Promise<BackendList> {
  return changeBackends(host, (file) => {
    file.default = name === LOCAL ? null : findBackend(file, name).name;
  }).then(() => listBackends(host));
}

/** Forgets a backend; what is stored there stays. */
export function removeBackend(host: Host, name: string): Promise<BackendChange> {
  return changeBackends(host, (file) => {
    const config = findBackend(file, name);
    const backend = itemOf(config, file.default);
    file.backends = file.backends.filter((other) => other !== config);
    if (file.default === name) file.default = null;
    const catalog = openCatalog(host);
    catalog.setRemotes(name, []);
    catalog.close();
    return { ok: true, backend, warnings: [] };
  });
}

/** What `backends test` gives back. */
export interface BackendTest {
  ok: true;
  backend: BackendItem;
  place: string;
  /** What was done, in this order. */
  steps: string[];
}

const PROBES = "lifeboat-probe-";

function mustBe(isRight: boolean, { place }: Backend, what: string): void {
  if (isRight) return;
  throw new RemoteFault("remote_damaged", `${place} ${what}`, {
    hint: "It does not keep what it is given: do not rely on it.",
  });
}

/** Writes, reads, lists and deletes a small object. */
export async function testBackend(host: Host, name?: string): Promise<BackendTest> {
  const file = readBackends(host);
  const config = findBackend(file, name);
  const backend = openConfigured(host, config);
  const key = `${PROBES}${crypto.randomUUID()}`;
  const probe = crypto.getRandomValues(new Uint8Array(1024));
  await backend.put(key, probe);
  try {
    const back = await backend.get(key, 0, probe.length);
    mustBe(back.every((byte, at) => byte === probe[at]), backend, "gave back something else");
    const size = (await backend.head(key))?.size;
    mustBe(size === probe.length, backend, "does not know what it stored");
    const listed = await backend.list(key);
    mustBe(listed.length === 1, backend, "does not list what it stored");
  } finally {
    await backend.remove(key);
  }
  mustBe(await backend.head(key) === undefined, backend, "did not delete what it should");
  const steps = ["write", "read", "list", "delete"];
  return { ok: true, backend: itemOf(config, file.default), place: backend.place, steps };
}
