import { tarHeaders, type TarMember } from "../../src/archive/tar_header.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";
import { runTool, TOOLS, toolText } from "../support/oracles.ts";

const header = tarHeaders("top/PaxHeader");
const GIB = 2 ** 30;

const PLAIN: TarMember = {
  kind: "file",
  name: "top/files/a.txt",
  size: 5,
  mode: 0o644,
  mtimeMs: 1_763_640_000_000,
};

function text(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** A tar with these members, each with zeros as content. */
function tarOf(members: TarMember[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const member of members) {
    pieces.push(header(member), new Uint8Array(Math.ceil(member.size / 512) * 512));
  }
  return new Uint8Array([...pieces, new Uint8Array(1024)].flatMap((piece) => [...piece]));
}

const ODD_MEMBERS: TarMember[] = [
  PLAIN,
  { ...PLAIN, kind: "directory", name: "top/files/", size: 0, mode: 0o700 },
  { ...PLAIN, name: `top/${"d".repeat(95)}` },
  { ...PLAIN, name: `top/${"e".repeat(96)}` },
  { ...PLAIN, name: `top/${"p".repeat(150)}/${"n".repeat(100)}` },
  { ...PLAIN, name: `top/${"p".repeat(151)}/${"n".repeat(100)}` },
  { ...PLAIN, name: `top/${"p".repeat(152)}/${"n".repeat(100)}` },
  { ...PLAIN, name: `top/${"q".repeat(20)}/${"n".repeat(101)}` },
  { ...PLAIN, name: `top/${"long/".repeat(200)}end` },
  { ...PLAIN, kind: "directory", name: `top/${"s".repeat(95)}/`, size: 0 },
  { ...PLAIN, kind: "directory", name: `top/${"s".repeat(96)}/`, size: 0 },
  { ...PLAIN, kind: "directory", name: `top/${"s".repeat(100)}/`, size: 0 },
  { ...PLAIN, kind: "directory", name: `top/${"deep/".repeat(60)}`, size: 0 },
  { ...PLAIN, name: "top/grün/日本語/🚀.md" },
  { ...PLAIN, name: `top/${"日本語".repeat(30)}` },
  { ...PLAIN, name: `top/a${"🚀".repeat(40)}` },
  { ...PLAIN, name: "top/line\nbreak\n" },
  { ...PLAIN, name: `top/${"line\nbreak ü".repeat(20)}` },
  { ...PLAIN, name: "top/back\\slash \t'quote\" =x" },
  { ...PLAIN, name: `top/${"x=1\n12 path=evil\n".repeat(10)}` },
  { ...PLAIN, name: "top/ends with space " },
  { ...PLAIN, mtimeMs: 1_763_640_000_123 },
  { ...PLAIN, mtimeMs: 1_763_640_000_120 },
  { ...PLAIN, mtimeMs: 1_763_640_000_001 },
  { ...PLAIN, mtimeMs: 0 },
  { ...PLAIN, mtimeMs: 1 },
  { ...PLAIN, mtimeMs: -1 },
  { ...PLAIN, mtimeMs: -1000 },
  { ...PLAIN, mtimeMs: -1500 },
  { ...PLAIN, mtimeMs: Date.UTC(1905, 3, 1) },
  { ...PLAIN, mtimeMs: Date.UTC(2040, 0, 1) },
  { ...PLAIN, mtimeMs: Date.UTC(2100, 5, 15, 1, 2, 3, 456) },
  { ...PLAIN, mtimeMs: 2 ** 33 * 1000 - 1000 },
  { ...PLAIN, mtimeMs: 2 ** 33 * 1000 },
  { ...PLAIN, mtimeMs: Date.UTC(9999, 0, 1) },
  { ...PLAIN, mode: 0o4755 },
  { ...PLAIN, mode: 0o400, size: 0 },
  ...[0, 1, 511, 512, 513].map((size) => ({ ...PLAIN, size })),
  { ...PLAIN, name: `top/${"ü".repeat(80)}`, size: 513, mtimeMs: -86_400_001, mode: 0o600 },
];

Deno.test("a plain header has every field where ustar wants it", () => {
  const block = header(PLAIN);
  assert.equal(block.length, 512);
  const fields = text(block);
  assert.equal(fields.slice(0, 16), "top/files/a.txt\0");
  assert.equal(
    fields.slice(100, 157),
    "0000644\x000000000\x000000000\x0000000000005\x0015107601300\x00012115\x00 0",
  );
  assert.equal(fields.slice(257, 265), "ustar\x0000");
  assert.equal(fields.slice(265, 345), `${"\0".repeat(64)}0000000\x000000000\0`);
  assert.equal(fields.slice(345), "\0".repeat(167));
});

Deno.test("mode 0 becomes one that the owner can read, since Windows has no modes", () => {
  assert.equal(text(header({ ...PLAIN, mode: 0 })).slice(100, 107), "0000600");
  const folder: TarMember = { ...PLAIN, kind: "directory", name: "top/d/", mode: 0, size: 0 };
  assert.equal(text(header(folder)).slice(100, 107), "0000700");
});

Deno.test("a PAX record counts its own digits, also where they add one", () => {
  for (let length = 60; length < 1200; length++) {
    const name = `top/${"ü".repeat(length - 4)}`;
    const block = header({ ...PLAIN, name });
    const size = parseInt(text(block).slice(124, 135), 8);
    const record = block.subarray(512, 512 + size);
    assert.equal(parseInt(text(record), 10), size, `for ${length} characters`);
    assert.equal(new TextDecoder().decode(record), `${size} path=${name}\n`);
  }
});

Deno.test("PAX records come only where ustar cannot say it, sorted by key", () => {
  assert.equal(header(PLAIN).length, 512);
  assert.equal(header({ ...PLAIN, mtimeMs: 2 ** 33 * 1000 - 1000 }).length, 512);
  assert.equal(header({ ...PLAIN, size: 8 * GIB - 1 }).length, 512);
  const all = header({ ...PLAIN, name: "top/ü", size: 8 * GIB, mtimeMs: -1500 });
  assert.equal(
    text(all.subarray(512, 512 + 50)),
    "14 mtime=-1.5\n15 path=top/Ã¼\n19 size=8589934592\n\0\0",
  );
  assert.equal(text(all.subarray(0, 14)), "top/PaxHeader\0");
  assert.equal(text(all.subarray(156, 157)), "x");
});

Deno.test("a name that no field holds is cut between two characters", () => {
  const block = header({ ...PLAIN, name: `top/a${"🚀".repeat(40)}` });
  const name = block.subarray(block.length - 512, block.length - 412);
  assert.equal(new TextDecoder().decode(name), `top/a${"🚀".repeat(23)}\0\0\0`);
});

Deno.test("GNU tar makes the same plain headers", { ignore: !TOOLS.gnuTar }, async () => {
  await withTempDir(async (folder) => {
    await Deno.mkdir(`${folder}/top/${"p".repeat(150)}`, { recursive: true });
    const names = [
      "top/a.txt",
      `top/${"d".repeat(95)}`,
      `top/${"p".repeat(150)}/${"n".repeat(100)}`,
    ];
    for (const name of names) {
      await Deno.writeTextFile(`${folder}/${name}`, "12345");
      await Deno.chmod(`${folder}/${name}`, 0o644);
      const theirs = await runTool([
        "tar",
        "--format=ustar",
        "--owner=:0",
        "--group=:0",
        "--numeric-owner",
        "--mtime=@1763640000",
        "-cf-",
        name,
      ], { cwd: folder });
      assert.equal(text(header({ ...PLAIN, name })), text(theirs.subarray(0, 512)));
    }
  });
});

Deno.test("Python reads back every odd member", { ignore: !TOOLS.python }, async () => {
  await withTempDir(async (folder) => {
    await Deno.writeFile(`${folder}/odd.tar`, tarOf(ODD_MEMBERS));
    const script = `
import json, sys, tarfile
print(json.dumps([[m.name, m.isdir(), m.size, m.mode, round(m.mtime * 1000), m.uid, m.gid, m.uname]
                  for m in tarfile.open(sys.argv[1])]))
`;
    const seen = JSON.parse(await toolText(["python3", "-c", script, `${folder}/odd.tar`]));
    assert.deepEqual(
      seen,
      ODD_MEMBERS.map((member) => [
        member.name.replace(/\/$/, ""),
        member.kind === "directory",
        member.size,
        member.mode,
        member.mtimeMs,
        0,
        0,
        "",
      ]),
    );
  });
});

Deno.test("GNU tar lists every odd member", { ignore: !TOOLS.gnuTar }, async () => {
  const list = ["tar", "--full-time", "--utc", "--quoting-style=literal", "-tvf-"];
  // Times before 1970 with a fraction: GNU tar lists even its own wrongly, and extracts them right.
  const members = ODD_MEMBERS.filter(({ mtimeMs }) => mtimeMs >= 0 || mtimeMs % 1000 === 0);
  const stdin = tarOf(members);
  const listed = await toolText(list, { stdin, env: { LC_ALL: "C.UTF-8" } });
  const seen = listed.replaceAll(/^[-d]\S{9} 0\/0 +/gm, "").replaceAll(/(:\d\d[.\d]*) +/g, "$1 ");
  const expected = members.map(({ size, mtimeMs, name }) => {
    const [time, fraction] = new Date(mtimeMs).toISOString().replace("T", " ").split(/[.Z]/);
    const rest = fraction === "000" ? "" : `.${fraction.replace(/0+$/, "")}`;
    return `${size} ${time}${rest} ${name}\n`;
  });
  assert.equal(seen, expected.join(""));
});

Deno.test(
  "GNU tar extracts times before 1970 as they were",
  { ignore: !TOOLS.gnuTar },
  async () => {
    await withTempDir(async (folder) => {
      for (const mtimeMs of [-1, -1000, -1500, -86_400_001, Date.UTC(1905, 3, 1)]) {
        await runTool(["tar", "-xf-"], { stdin: tarOf([{ ...PLAIN, mtimeMs }]), cwd: folder });
        // Not asked of Deno, whose stat drops the sign of such times.
        const seconds = await toolText(["stat", "-c", "%.Y", `${folder}/${PLAIN.name}`]);
        assert.equal(Math.round(Number(seconds) * 1000), mtimeMs);
      }
    });
  },
);

Deno.test("bsdtar and busybox read sizes above 8 GiB", async () => {
  const big = { ...PLAIN, size: 9 * GIB + 1 };
  for (
    const [tool, list] of [["bsdtar", ["bsdtar", "-tvf-"]], ["busybox", [
      "busybox",
      "tar",
      "tvf",
      "-",
    ]]] as const
  ) {
    if (!TOOLS[tool]) continue;
    assert.match(await listCut([...list], header(big)), /\b9663676417\b/, tool);
  }
});

Deno.test("GNU tar and Python read sizes above 8 GiB", { ignore: !TOOLS.gnuTar }, async () => {
  const big = { ...PLAIN, size: 9 * GIB + 1, name: "top/bü" };
  assert.match(await listCut(["tar", "-tvf-"], header(big)), / 9663676417 /);
  if (!TOOLS.python) return;
  const script =
    "import sys,tarfile;print(tarfile.open(fileobj=sys.stdin.buffer,mode='r|').next().size)";
  assert.equal(await listCut(["python3", "-c", script], header(big)), "9663676417\n");
});

/** Lists a tar that ends after its only header, which the tool may complain about. */
async function listCut([program, ...args]: string[], blocks: Uint8Array): Promise<string> {
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "null" })
    .spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(blocks);
  await writer.close();
  return new TextDecoder().decode((await output).stdout);
}
