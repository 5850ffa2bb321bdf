/**
 * Makes a release in `dist/release`: a program for each system, the installers, SHA256SUMS and its
 * signatures.
 *
 *   release.ts [--key FILE] [--only NAME]…   NAME as in linux-x64; all systems without it
 *   release.ts --create-key FILE             a new key: the private half into FILE, the public
 *                                            one into kit/release-key.pem
 *
 * The private key is PEM, in FILE or in the environment variable LIFEBOAT_RELEASE_KEY.
 */
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { thisHost } from "../src/base/mod.ts";
import { chooseToolchain } from "./build/runtime.ts";
import { type Target, TARGETS } from "./build/targets.ts";
import { makeRelease } from "./release/make.ts";
import { createKey } from "./release/signing.ts";
import { runScript, say } from "./terminal.ts";

const ROOT = dirname(import.meta.dirname!);
const PUBLIC_KEY = join(ROOT, "kit", "release-key.pem");

/** The systems named; throws on an unknown name. */
export function selectTargets(names: string[]): readonly Target[] {
  const known = TARGETS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Error(`There is no system ${unknown}; known: ${known.join(", ")}`);
  return names.length === 0 ? TARGETS : TARGETS.filter(({ name }) => names.includes(name));
}

/** Neither half may replace a file that is there. */
async function createKeyFiles(file: string): Promise<void> {
  const { privateKey, publicKey } = createKey();
  await Deno.writeTextFile(file, privateKey, { createNew: true, mode: 0o600 });
  await Deno.writeTextFile(PUBLIC_KEY, publicKey, { createNew: true });
  say(`${file}: the private half. Keep it away from the repository.`);
  say(`${PUBLIC_KEY}: the public half. Commit it.`);
}

async function readPrivateKey(file: string | undefined): Promise<string> {
  const key = file ? await Deno.readTextFile(file) : Deno.env.get("LIFEBOAT_RELEASE_KEY");
  if (key) return key;
  throw new Error("A release is signed: name the key with --key FILE or LIFEBOAT_RELEASE_KEY");
}

async function readPublicKey(): Promise<string> {
  try {
    return await Deno.readTextFile(PUBLIC_KEY);
  } catch (cause) {
    throw new Error(`There is no ${PUBLIC_KEY}: make a key with --create-key FILE`, { cause });
  }
}

if (import.meta.main) {
  await runScript(async () => {
    const { values } = parseArgs({
      args: Deno.args,
      options: {
        "create-key": { type: "string" },
        key: { type: "string" },
        only: { type: "string", multiple: true },
      },
    });
    if (values["create-key"]) return await createKeyFiles(values["create-key"]);
    const targets = selectTargets(values.only ?? []);
    const host = thisHost(new AbortController().signal, () => {});
    if (host.env.DENORT_BIN && targets.length > 1) {
      throw new Error("DENORT_BIN is a runtime for one system: name that system with --only");
    }
    await makeRelease({
      root: ROOT,
      folder: join(ROOT, "dist", "release"),
      targets,
      chooseToolchain: (target) => chooseToolchain(host, target),
      privateKey: await readPrivateKey(values.key),
      publicKey: await readPublicKey(),
    });
  });
}
