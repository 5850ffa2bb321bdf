import { parseProfile } from "../../src/profiles/mod.ts";
import { assert, rejectsWith } from "../assert.ts";

const GOOD = `id = "pi"
name = "Pi"
restore_skip = [
  "run.lock",
]

[home]
default = "~/.pi"

[backups]
folder = "PiBackups"
prefix = "pi-backup"

[[roots]]
id = "extra"
kind = "folder"
path = "~/.pi-extra"
`;

async function refused(content: string, line: number, reason: RegExp): Promise<void> {
  const error = await rejectsWith(() => parseProfile(content, "/p/pi.toml"), "bad_profile");
  assert.match(error.message, new RegExp(`^/p/pi.toml, line ${line}: `));
  assert.match(error.message, reason);
  assert.equal(error.kind, "refused");
}

Deno.test("a short profile is filled up with empty lists", () => {
  const profile = parseProfile(GOOD, "/p/pi.toml");
  assert.equal(profile.source, "/p/pi.toml");
  assert.deepEqual(profile.home, { env: [], default: "~/.pi" });
  assert.deepEqual(profile.exclude, { always: [], compact: [] });
  assert.deepEqual(profile.roots, [{ id: "extra", kind: "folder", path: "~/.pi-extra" }]);
  assert.deepEqual(profile.probes, []);
  assert.equal(profile.transcripts, undefined);
});

Deno.test("text that is no TOML is refused with its line", () =>
  refused(GOOD.replace('name = "Pi"', 'name = "Pi'), 2, /newline|string/i));

Deno.test("a wrong type is refused with its line", async () => {
  await refused(GOOD.replace('"~/.pi"\n', "5\n"), 8, /home\.default must be a text/);
  await refused(
    GOOD.replace('[\n  "run.lock",\n]', '"x"'),
    3,
    /must be a list/,
  );
  await refused(GOOD.replace('"run.lock"', "7"), 3, /restore_skip\[1\] must be a text/);
  await refused("home = 1\n" + GOOD.replace(/\[home\]\n.*\n/, ""), 1, /home must be a table/);
});

Deno.test("an unknown key is refused with its line and the known ones", () =>
  refused(GOOD + 'colour = "red"\n', 18, /roots\[1\]\.colour is unknown; known here: id, kind,/));

Deno.test("a missing key is refused and named", async () => {
  await refused(GOOD.replace('prefix = "pi-backup"\n', ""), 10, /backups\.prefix is missing/);
  await refused(GOOD.replace('id = "pi"\n', ""), 1, /id is missing/);
});

Deno.test("names that cannot be part of a path on every system are refused", async () => {
  await refused(GOOD.replace('"PiBackups"', '"../x"'), 11, /must be a name/);
  await refused(GOOD.replace('"PiBackups"', '"con"'), 11, /reserved/);
  await refused(GOOD.replace('id = "pi"', 'id = "Pi!"'), 1, /small letters/);
});

Deno.test("patterns that leave their root are refused", async () => {
  await refused(GOOD.replace('"run.lock"', '"../run.lock"'), 3, /no path below a root/);
  await refused(GOOD.replace('"run.lock"', '"/run.lock"'), 3, /no path below a root/);
  await refused(GOOD.replace('"run.lock"', '"a/**/b"'), 3, /\*\*/);
  await refused(GOOD.replace('"run.lock"', '"a\\\\b"'), 3, /forward slashes/);
});

Deno.test("roots that contradict each other are refused", async () => {
  await refused(GOOD + '[[roots]]\nid = "extra"\nkind = "file"\npath = "x"\n', 19, /two roots/);
  await refused(GOOD.replace('path = "~/.pi-extra"\n', ""), 15, /needs a path/);
  await refused(GOOD.replace('id = "extra"', 'id = "home"'), 15, /the home itself/);
  await refused(
    GOOD + '[[config]]\nroot = "nope"\npath = "a.json"\nformat = "json"\n',
    19,
    /no root nope/,
  );
});
