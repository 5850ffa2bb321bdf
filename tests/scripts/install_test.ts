import { delimiter, join } from "node:path";
import { hostTarget } from "../../scripts/build/targets.ts";
import { signHashes, withKey } from "../../scripts/release/make.ts";
import { createKey } from "../../scripts/release/signing.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const INSTALLER = new URL("../../scripts/install.sh", import.meta.url);
const NAME = `lifeboat-${hostTarget().name}`;
const PROGRAM = "#!/bin/sh\necho lifeboat 9.9.9\n";

interface Installation {
  code: number;
  said: string;
  /** What lies in the folder that was installed to; undefined when there is none. */
  installed?: string[];
  /** What is left in the folder for temporary files. */
  left: string[];
}

/** A release made of a program that only knows its version, and the installer for it. */
async function makeRelease(folder: string): Promise<void> {
  const { privateKey, publicKey } = createKey();
  await Deno.mkdir(folder);
  await Deno.writeTextFile(join(folder, NAME), PROGRAM);
  await signHashes(folder, [NAME], privateKey);
  const installer = withKey(await Deno.readTextFile(INSTALLER), publicKey);
  await Deno.writeTextFile(join(folder, "install.sh"), installer);
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name);
}

/** Runs a release's installer against an address. */
async function install(
  folder: string,
  baseUrl: string,
  env: Record<string, string> = {},
): Promise<Installation> {
  const temporary = join(folder, "tmp");
  const target = join(folder, "bin");
  await Deno.mkdir(temporary);
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: [join(folder, "release", "install.sh")],
    env: {
      HOME: folder,
      LIFEBOAT_BASE_URL: baseUrl,
      LIFEBOAT_INSTALL_DIR: target,
      TMPDIR: temporary,
      ...env,
    },
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  let installed: string[] | undefined;
  try {
    installed = namesIn(target);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return { code, said, installed, left: namesIn(temporary) };
}

/** Installs from a release served on this machine, after `spoil` has had its way with it. */
async function installAfter(
  spoil: (release: string, folder: string) => void | Promise<void>,
  env: (folder: string) => Record<string, string> = () => ({}),
): Promise<Installation> {
  let result: Installation | undefined;
  await withTempDir(async (folder) => {
    const release = join(folder, "release");
    await makeRelease(release);
    await spoil(release, folder);
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      try {
        return new Response(Deno.readFileSync(join(release, new URL(request.url).pathname)));
      } catch {
        return new Response(null, { status: 404 });
      }
    });
    result = await install(folder, `http://127.0.0.1:${server.addr.port}`, env(folder));
    await server.shutdown();
  });
  return result!;
}

function assertInstalled(result: Installation, said: RegExp): void {
  assert.equal(result.code, 0, result.said);
  assert.match(result.said, said);
  assert.match(result.said, /Installed .*bin\/lifeboat: lifeboat 9\.9\.9/);
  assert.deepEqual(result.installed, ["lifeboat"]);
  assert.deepEqual(result.left, []);
}

function assertRefused(result: Installation, said: RegExp): void {
  assert.equal(result.code, 1, result.said);
  assert.match(result.said, said);
  assert.match(result.said, /Nothing was installed/);
  assert.equal(result.installed, undefined);
  assert.deepEqual(result.left, []);
}

function nothing(): void {}

/** A PATH on which OpenSSL is the one of macOS, which does not know Ed25519. */
function withoutOpenssl(folder: string): Record<string, string> {
  const tools = join(folder, "tools");
  Deno.mkdirSync(tools);
  Deno.writeTextFileSync(join(tools, "openssl"), "#!/bin/sh\necho LibreSSL 3.3.6\n", {
    mode: 0o755,
  });
  return { PATH: tools + delimiter + Deno.env.get("PATH") };
}

// The tests of a script for a POSIX shell; Windows has install.ps1.
if (Deno.build.os !== "windows") {
  Deno.test("install.sh installs a release whose signature and hash are good", async () => {
    assertInstalled(await installAfter(nothing), /Signature: good\.\nSHA-256: good\./);
  });

  Deno.test("install.sh checks the signature with ssh-keygen where OpenSSL cannot", async () => {
    assertInstalled(await installAfter(nothing, withoutOpenssl), /Signature: good/);
    const { privateKey } = createKey();
    const forged = await installAfter(
      (release) => signHashes(release, [NAME], privateKey),
      withoutOpenssl,
    );
    assertRefused(forged, /signature of SHA256SUMS is wrong/);
  });

  Deno.test("install.sh refuses a program that is not the one in the list", async () => {
    const changed = await installAfter((release) =>
      Deno.writeTextFileSync(join(release, NAME), "#!/bin/sh\necho changed\n")
    );
    assertRefused(changed, /does not have the hash/);
  });

  Deno.test("install.sh refuses a list that somebody else signed, or changed", async () => {
    const wrong = /signature of SHA256SUMS is wrong/;
    const { privateKey } = createKey();
    const forged = await installAfter((release) => signHashes(release, [NAME], privateKey));
    assertRefused(forged, wrong);
    const changed = await installAfter((release) =>
      Deno.writeTextFileSync(join(release, "SHA256SUMS"), "\n", { append: true })
    );
    assertRefused(changed, wrong);
  });

  Deno.test("install.sh refuses a release that lacks a part", async () => {
    for (const part of ["SHA256SUMS", "SHA256SUMS.sig", NAME]) {
      const result = await installAfter((release) => Deno.removeSync(join(release, part)));
      assertRefused(result, new RegExp(`/${part} could not be fetched`));
    }
  });

  Deno.test("install.sh refuses when its own copy has no key", async () => {
    const template = Deno.readTextFileSync(INSTALLER);
    const result = await installAfter((release) =>
      Deno.writeTextFileSync(join(release, "install.sh"), template)
    );
    assertRefused(result, /no release key/);
  });

  Deno.test("install.sh says so when it was asked not to check the signature", async () => {
    const skip = () => ({ LIFEBOAT_SKIP_SIGNATURE: "1" });
    const unsigned = (release: string) => Deno.removeSync(join(release, "SHA256SUMS.sig"));
    assertInstalled(await installAfter(unsigned, skip), /Signature: NOT checked/);
    const changed = (release: string) => Deno.writeTextFileSync(join(release, NAME), "changed");
    assertRefused(await installAfter(changed, skip), /does not have the hash/);
  });

  Deno.test("install.sh keeps the installed program when the new one does not run", async () => {
    const { privateKey, publicKey } = createKey();
    const broken = await installAfter((release, folder) => {
      Deno.mkdirSync(join(folder, "bin"));
      Deno.writeTextFileSync(join(folder, "bin", "lifeboat"), "the old one");
      Deno.writeTextFileSync(join(release, NAME), "#!/bin/sh\nexit 1\n");
      const installer = withKey(Deno.readTextFileSync(INSTALLER), publicKey);
      Deno.writeTextFileSync(join(release, "install.sh"), installer);
      return signHashes(release, [NAME], privateKey);
    });
    assert.equal(broken.code, 1);
    assert.match(broken.said, /does not run here/);
    assert.deepEqual(broken.installed, ["lifeboat"]);
  });
}
