import { listBackups, lookedIn } from "../../src/catalog/mod.ts";
import { assert } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

Deno.test("a list of all agents names first the folder in which backups lie by default", () =>
  withTempDir(async (user) => {
    const host = testHost(user);
    const { backup_root, backup_roots } = await listBackups(host, { elsewhere: false });
    assert.match(backup_root, /CodexBackups$/);
    assert.equal(backup_roots[0], backup_root);
    assert.ok(backup_roots.length > 3);
    const hint = lookedIn(host, backup_roots);
    assert.match(hint, /^Looked below .*Documents\.$/);
    assert.ok(!hint.includes(", "), hint);
    assert.equal(lookedIn(host, ["/a", "/b"]), "Looked in /a, /b.");
  }));
