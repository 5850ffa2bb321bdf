import { sha256Of } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";
import {
  contentOf,
  LARGE_ABOVE,
  oddEntries,
  type SampleEntry,
  TOP,
  writeArchive,
} from "../support/archives.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { runTool, TOOLS, toolText } from "../support/oracles.ts";
import { assertOurs, type Unpacker, unpackWith } from "../support/unpacking.ts";

const ENTRIES = oddEntries();

/** Runs with the path of a zip with these entries. */
function withZip(
  entries: SampleEntry[],
  use: (path: string, folder: string) => Promise<void> | void,
): Promise<void> {
  return withTempDir(async (folder) => {
    const path = `${folder}/a.zip`;
    await writeArchive(testHost(folder), path, entries, { format: "zip" });
    await use(path, folder);
  });
}

/** What Python finds in the central directory. */
async function membersOf(path: string): Promise<Record<string, number | string>[]> {
  const script = `
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps([dict(name=m.filename, size=m.file_size, method=m.compress_type, flags=m.flag_bits,
  attributes=m.external_attr, system=m.create_system, needed=m.extract_version, extra=m.extra.hex(),
  date="%04d-%02d-%02d %02d:%02d:%02d" % m.date_time) for m in archive.infolist()]))
`;
  return JSON.parse(await toolText(["python3", "-c", script, path]));
}

Deno.test("every program at hand unpacks a zip as it was stored", async (t) => {
  // Names that the file system takes and that no unzipper takes for folders or changes.
  const entries = ENTRIES.filter(({ path }) => !/[\n ]/.test(path));
  await withZip(entries, async (path, folder) => {
    const python = "import sys,zipfile;zipfile.ZipFile(sys.argv[1]).extractall()";
    const [modes, command] = [{ modes: true }, ["python3", "-c", python, path]];
    const unpackers: Unpacker[] = [
      { name: "unzip", there: TOOLS.unzip, command: ["unzip", "-q", path], fidelity: modes },
      { name: "bsdtar", there: TOOLS.bsdtar, command: ["bsdtar", "-xpf", path], fidelity: modes },
      { name: "Python", there: TOOLS.python, command, fidelity: {} },
      { name: "7z", there: TOOLS.sevenZip, command: ["7z", "x", path], fidelity: modes },
    ];
    for (const one of unpackers) {
      await unpackWith(t, folder, one, (target, fidelity) => assertOurs(target, entries, fidelity));
    }
  });
});

Deno.test("Python finds every entry with its type, mode and time", {
  ignore: !TOOLS.python,
}, async () => {
  await withZip(ENTRIES, async (path) => {
    const members = await membersOf(path);
    assert.deepEqual(
      members.map(({ name }) => name),
      [`${TOP}/`, ...ENTRIES.map(({ path, content }) => `${TOP}/${path}${content ? "" : "/"}`)],
    );
    for (const [index, { content, mode, mtimeMs }] of ENTRIES.entries()) {
      const member = members[index + 1];
      const type = content ? 0o100000 : 0o040000;
      assert.equal(Number(member.attributes) >>> 16, type | mode);
      assert.equal(Number(member.attributes) & 0xffff, content ? 0 : 0x10);
      assert.equal(member.system, 3);
      assert.equal(member.size, content?.length ?? 0);
      assert.equal(member.method, content?.length ? 8 : 0);
      const streamed = (content?.length ?? 0) > LARGE_ABOVE;
      assert.equal(member.flags, (1 << 11) | (streamed ? 1 << 3 : 0));
      assert.equal(member.extra, extraOf(mtimeMs));
      assert.equal(member.date, dosDateOf(mtimeMs));
    }
  });
});

function extraOf(mtimeMs: number): string {
  const seconds = Math.floor(mtimeMs / 1000);
  if (seconds > 0x7fffffff) return "";
  const field = new DataView(new ArrayBuffer(4));
  field.setInt32(0, seconds, true);
  return `5554050001${new Uint8Array(field.buffer).toHex()}`;
}

function dosDateOf(mtimeMs: number): string {
  const date = new Date(mtimeMs);
  if (date.getFullYear() < 1980) return "1980-01-01 00:00:00";
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const seconds = date.getSeconds() - date.getSeconds() % 2;
  return `${day} ${[date.getHours(), date.getMinutes(), seconds].map(two).join(":")}`;
}

Deno.test("unzip and 7z find no fault with odd names and sizes", async () => {
  await withZip(ENTRIES, async (path) => {
    if (TOOLS.unzip) await runTool(["unzip", "-tq", path]);
    if (TOOLS.sevenZip) await runTool(["7z", "t", path]);
  });
});

Deno.test("a zip with 65,536 entries and more is whole", { ignore: !TOOLS.python }, async () => {
  const folder = (index: number): SampleEntry => ({ path: `files/${index}`, mode: 0, mtimeMs: 0 });
  const manifest = { ...ENTRIES.at(-1)!, content: contentOf(100) };
  for (const count of [65_532, 65_533]) {
    const entries = [...Array.from({ length: count }, (_, index) => folder(index)), manifest];
    await withZip(entries, async (path) => {
      const members = await membersOf(path);
      assert.equal(members.length, count + 2);
      assert.equal(members.at(-1)!.name, `${TOP}/manifest.json`);
      if (TOOLS.sevenZip) await runTool(["7z", "t", path]);
    });
  }
});

Deno.test("the content of a zip is what was stored", { ignore: !TOOLS.unzip }, async () => {
  await withZip(ENTRIES, async (path) => {
    const stored = await runTool(["unzip", "-p", path, `${TOP}/manifest.json`]);
    assert.equal(sha256Of(stored), sha256Of(ENTRIES.at(-1)!.content!));
  });
});
