import { join } from "node:path";
import { createKey, plainSignature } from "../../scripts/release/signing.ts";
import { type Host, sha256Of } from "../../src/base/mod.ts";
import { rollBackUpdate, update } from "../../src/agents/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { fakeProgram } from "../support/programs.ts";
import { namesIn } from "../support/scene.ts";

const TARGET = "x86_64-unknown-linux-gnu";
const NAME = "lifeboat-linux-x64";

/** What looks like a lifeboat, but cannot be run. */
function looksLike(version: string, target = TARGET): Uint8Array {
  return fakeProgram(target, version);
}

interface Update {
  host: Host;
  /** A folder with a release. */
  release: string;
  /** Puts a program into the release; signs the list by the right key, or another. */
  publish(program: Uint8Array, privateKey?: string): void;
  /** Asserts that an update is refused, and that nothing is changed or left. */
  refused(from: string, code: string, sha256?: string): Promise<void>;
}

/** A user whose program is version 1.5.0, and who knows a release key. */
function withUpdate(use: (one: Update) => Promise<void>): Promise<void> {
  return withTempDir(async (folder) => {
    const { privateKey, publicKey } = createKey();
    const [kit, bin, release] = ["kit", "bin", "release"].map((name) => join(folder, name));
    for (const path of [kit, bin, release]) Deno.mkdirSync(path);
    Deno.writeTextFileSync(join(kit, "release-key.pem"), publicKey);
    const executable = join(bin, "lifeboat");
    Deno.writeFileSync(executable, looksLike("1.5.0"));
    const host = testHost(folder, {
      executable,
      kit: new URL(`file://${kit}/`),
      build: { version: "1.5.0", target: TARGET, runtime: "official" },
    });
    await use({
      host,
      release,
      publish(program, key = privateKey) {
        Deno.writeFileSync(join(release, NAME), program);
        const list = new TextEncoder().encode(`${sha256Of(program).toLowerCase()}  ${NAME}\n`);
        Deno.writeFileSync(join(release, "SHA256SUMS"), list);
        Deno.writeTextFileSync(join(release, "SHA256SUMS.sig"), plainSignature(list, key));
      },
      async refused(from, code, sha256) {
        await rejectsWith(() => update(host, { from, sha256 }), code);
        assert.deepEqual(namesIn(bin), ["lifeboat"]);
        assert.deepEqual(Deno.readFileSync(executable), looksLike("1.5.0"));
      },
    });
  });
}

Deno.test("a release that another key has signed is refused", () =>
  withUpdate(async ({ release, publish, refused }) => {
    publish(looksLike("2.0.0"), createKey().privateKey);
    await refused(release, "bad_release_signature");
    for (const text of ["", "no base64 at all!", "AAAA"]) {
      Deno.writeTextFileSync(join(release, "SHA256SUMS.sig"), text);
      await refused(release, "bad_release_signature");
    }
  }));

Deno.test("a program that the signed list does not name, or names otherwise, is refused", () =>
  withUpdate(async ({ release, publish, refused }) => {
    publish(looksLike("2.0.0"));
    Deno.copyFileSync(join(release, NAME), join(release, "another"));
    await refused(join(release, "another"), "not_signed");
    Deno.writeFileSync(join(release, NAME), looksLike("2.0.1"));
    await refused(release, "wrong_hash");
    Deno.removeSync(join(release, "SHA256SUMS.sig"));
    await refused(release, "not_signed");
    Deno.removeSync(join(release, NAME));
    await refused(release, "no_such_file");
  }));

Deno.test("an old release is refused although it is signed: it may have faults", () =>
  withUpdate(async ({ release, publish, refused }) => {
    for (const version of ["1.4.9", "0.9.0", "1.4.10"]) {
      publish(looksLike(version));
      await refused(release, "older_version");
    }
  }));

Deno.test("what is no lifeboat, or one for another system, or does not start, is refused", () =>
  withUpdate(async ({ release, publish, refused }) => {
    const text = new TextEncoder().encode("#!/bin/sh\necho no\n");
    publish(text);
    await refused(release, "not_lifeboat");
    await refused(join(release, NAME), "not_lifeboat", sha256Of(text));
    publish(looksLike("2.0.0", "aarch64-unknown-linux-gnu"));
    await refused(release, "wrong_system");
    publish(looksLike("2.0.0"));
    await refused(release, "does_not_run");
  }));

Deno.test("a hash that is named stands for a signature, and must be right", () =>
  withUpdate(async ({ host, release, publish, refused }) => {
    publish(looksLike("2.0.0"));
    await refused(join(release, NAME), "wrong_hash", "0".repeat(64));
    Deno.removeSync(new URL("release-key.pem", host.kit));
    await refused(release, "no_release_key");
    await refused(join(release, NAME), "does_not_run", sha256Of(looksLike("2.0.0")));
  }));

Deno.test("a release behind a URL is checked in the same way", () =>
  withUpdate(async ({ release, publish, refused }) => {
    publish(looksLike("2.0.0"));
    let status = 200;
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      if (status !== 200) return new Response("no", { status });
      try {
        const name = new URL(request.url).pathname.split("/").pop()!;
        return new Response(Deno.readFileSync(join(release, name)));
      } catch {
        return new Response("none", { status: 404 });
      }
    });
    const url = `http://127.0.0.1:${server.addr.port}/latest/`;
    try {
      await refused(url, "does_not_run"); // so all else is well
      await refused(`${url}${NAME}?token=secret`, "does_not_run");
      Deno.removeSync(join(release, "SHA256SUMS"));
      await refused(url, "not_signed");
      status = 500;
      await refused(url, "update_unreachable");
    } finally {
      await server.shutdown();
    }
    await refused(url, "update_unreachable");
  }));

Deno.test("without an update there is nothing to go back to", () =>
  withUpdate(async ({ host }) => {
    await rejectsWith(() => rollBackUpdate(host), "nothing_to_roll_back");
  }));
