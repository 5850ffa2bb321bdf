import { LifeboatError } from "../../src/base/mod.ts";
import { openHeader } from "../../src/seal/age_header.ts";
import { createIdentity, headerFor, unlockWith } from "../../src/seal/mod.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

const PASSPHRASE = "correct horse battery staple";

function withPassphrase(passphrase: string) {
  return { kind: "passphrase" as const, passphrase };
}

Deno.test("a header for a passphrase opens with it alone, and timers run meanwhile", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const { header, fileKey } = await headerFor(host, withPassphrase(PASSPHRASE));
    const ticksToMake = ticks;
    const opened = await unlockWith(host, { passphrase: () => Promise.resolve(PASSPHRASE) })(
      header,
      "backup",
    );
    clearInterval(timer);
    assert.deepEqual(opened, { fileKey, readers: withPassphrase(PASSPHRASE) });
    assert.ok(ticksToMake > 2 && ticks > ticksToMake + 2, `${ticksToMake}, ${ticks} ticks`);
    // The package's own reading agrees with what is made here.
    const keys = { passphrases: [PASSPHRASE], identities: [] };
    assert.deepEqual(await openHeader(header, keys), fileKey);
    const other = unlockWith(host, { passphrase: () => Promise.resolve("another") });
    await rejectsWith(() => other(header, "backup"), "wrong_password");
  }));

Deno.test("what a worker finds wrong with a header is told as it is here", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    await rejectsWith(() => headerFor(host, withPassphrase("")), "weak_passphrase");
    const { header } = await headerFor(host, withPassphrase(PASSPHRASE));
    header[header.length - 5] ^= 1; // in the MAC
    const unlock = unlockWith(host, { passphrase: () => Promise.resolve(PASSPHRASE) });
    const error = await rejectsWith(() => unlock(header, "backup"), "bad_age_header");
    assert.ok(error instanceof LifeboatError);
    assert.equal(error.kind, "untrusted");
  }));

Deno.test("work on a passphrase stops at once, and no other key is asked for", () =>
  withTempDir(async (folder) => {
    const stop = new AbortController();
    const host = testHost(folder, { signal: stop.signal });
    const { header } = await headerFor(host, {
      kind: "recipients",
      recipients: [(await createIdentity(host, "a", PASSPHRASE)).recipient],
    });
    await createIdentity(host, "b", PASSPHRASE);
    const asked: (string | undefined)[] = [];
    const unlock = unlockWith(host, {
      passphrase(file) {
        asked.push(file);
        setTimeout(() => stop.abort());
        return Promise.resolve("another");
      },
    });
    await rejectsWith(() => unlock(header, "backup"), "interrupted");
    assert.equal(asked.length, 1);
    await rejectsWith(() => headerFor(host, withPassphrase(PASSPHRASE)), "interrupted");
  }));
