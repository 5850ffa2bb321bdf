import { DatabaseSync } from "node:sqlite";
import { type Manifest, openBackup, verifyBackup } from "../../../src/archive/mod.ts";
import { LifeboatError } from "../../../src/base/mod.ts";
import { assert } from "../../assert.ts";
import {
  FILES,
  member,
  openClawArchive,
  openClawManifest,
  openClawMembers,
  payload,
  ROOT,
  STATE,
  WORKSPACE,
} from "../../support/foreign_archives.ts";
import { testHost, withTempDir } from "../../support/host.ts";
import { type RawMember, tarGzOf } from "../../support/raw_tar.ts";

/** Opens an archive of these bytes; gives back its manifest and the content of its files. */
async function read(bytes: Uint8Array) {
  const read = { manifest: undefined as unknown as Manifest, files: {} as Record<string, string> };
  await withTempDir(async (folder) => {
    await Deno.writeFile(`${folder}/b.tar.gz`, bytes);
    const backup = await openBackup(testHost(folder), `${folder}/b.tar.gz`);
    try {
      read.manifest = await backup.loadManifest();
      await backup.visit(() => true, async ({ path }, chunks) => {
        let text = "";
        for await (const chunk of chunks) text += new TextDecoder().decode(chunk);
        read.files[path] = text;
      });
    } finally {
      backup.close();
    }
  });
  return read;
}

/** The code with which an archive is refused. */
async function refusal(bytes: Uint8Array): Promise<string> {
  try {
    await read(bytes);
    return "read";
  } catch (error) {
    assert.ok(error instanceof LifeboatError, String(error));
    return error.code;
  }
}

const link = (target: string, typeflag = "2"): Omit<RawMember, "name"> => {
  return { typeflag, linkname: target };
};

Deno.test("an archive of OpenClaw is read as a backup with a home and a workspace", async () => {
  const { manifest, files } = await read(openClawArchive());
  assert.deepEqual(
    [manifest.profile, manifest.home, manifest.backup_name, manifest.origin],
    ["openclaw", STATE, ROOT, { format: "openclaw", version: "2026.3.1", encrypted: false }],
  );
  assert.deepEqual(manifest.roots.map(({ id, kind, source }) => [id, kind, source]), [
    ["workspace-notes", "folder", WORKSPACE],
  ]);
  assert.deepEqual(files, {
    "files/openclaw.json": FILES[`${STATE}/openclaw.json`],
    "files/credentials/oauth.json": FILES[`${STATE}/credentials/oauth.json`],
    "extra/workspace-notes/MEMORY.md": "remember\n",
  });
});

Deno.test("the manifest may come last, and the time is that of the archive", async () => {
  const [manifest, ...members] = openClawMembers();
  const { manifest: read_ } = await read(tarGzOf([...members, manifest]));
  assert.equal(Date.parse(read_.created_at), Date.parse("2026-11-20T10:00:00Z"));
});

Deno.test("an archive of only the configuration gives the one file to the home", async () => {
  const path = `${STATE}/openclaw.json`;
  const assets = [{ kind: "config", sourcePath: path, archivePath: payload(path) }];
  const manifest = openClawManifest({ assets, options: { onlyConfig: true } });
  const archive = tarGzOf(openClawMembers(manifest, { [path]: "{}" }));
  assert.deepEqual(Object.keys((await read(archive)).files), ["files/openclaw.json"]);
});

Deno.test("an archive made on Windows is read with its drive letters", async () => {
  const state = "C:\\Users\\alice\\.openclaw";
  const archivePath = `${ROOT}/payload/windows/C/Users/alice/.openclaw`;
  const manifest = openClawManifest({
    platform: "win32",
    paths: { stateDir: state },
    assets: [{ kind: "state", sourcePath: state, archivePath }],
  });
  const archive = tarGzOf([manifest, { name: `${archivePath}/openclaw.json`, content: "{}" }]);
  assert.deepEqual((await read(archive)).files, { "files/openclaw.json": "{}" });
});

Deno.test("agent folders and credentials outside the home are roots with names of their own", async () => {
  const places = { agent: "/srv/agents/w", credentials: "/srv/secret" };
  const assets = [
    { kind: "state", sourcePath: STATE, archivePath: payload(STATE) },
    { kind: "agent", sourcePath: places.agent, archivePath: payload(places.agent) },
    {
      kind: "credentials",
      sourcePath: places.credentials,
      archivePath: payload(places.credentials),
    },
  ];
  const agentRoots = [{ agentId: "writer", sourcePath: places.agent }];
  const manifest = openClawManifest({ assets, paths: { stateDir: STATE, agentRoots } });
  const files = {
    [`${STATE}/openclaw.json`]: "{}",
    [`${places.agent}/a`]: "1",
    [`${places.credentials}/b`]: "2",
  };
  const { manifest: found } = await read(tarGzOf(openClawMembers(manifest, files)));
  assert.deepEqual(found.roots.map(({ id }) => id).sort(), ["agent-writer", "credentials"]);
});

Deno.test("links inside come along, and a hard link is the file it leads to", async () => {
  const more = [
    ...member(payload(`${STATE}/again.json`), link(payload(`${STATE}/openclaw.json`), "1")),
    // OpenClaw leaves the top folder out of a hard link's target.
    ...member(
      payload(`${STATE}/third.json`),
      link(payload(`${STATE}/openclaw.json`).slice(ROOT.length + 1), "1"),
    ),
    ...member(payload(`${STATE}/link`), link("credentials/oauth.json")),
  ];
  const { manifest, files } = await read(openClawArchive(more));
  assert.deepEqual(manifest.symlinks, [
    { root: "home", relative_path: "link", target: "credentials/oauth.json" },
  ]);
  for (const name of ["again.json", "third.json"]) {
    assert.equal(files[`files/${name}`], files["files/openclaw.json"]);
  }
});

Deno.test("links that leave the state folder must be those that the manifest tells of", async () => {
  const entryPath = payload(`${STATE}/out`);
  const told = (links: unknown[]) => openClawManifest({ externalSymbolicLinks: links });
  const leaving = member(entryPath, link("../elsewhere"));
  assert.equal(await refusal(openClawArchive(leaving)), "unsafe_archive");
  assert.equal(await refusal(openClawArchive(leaving, told([]))), "unsafe_archive");
  const other = told([{ entryPath, linkpath: "../other" }]);
  assert.equal(await refusal(openClawArchive(leaving, other)), "unsafe_archive");
  const right = told([{ entryPath, linkpath: "../elsewhere" }]);
  assert.equal(await refusal(openClawArchive(leaving, right)), "read");
  assert.equal(await refusal(openClawArchive([], right)), "unsafe_archive");
  const absolute = member(entryPath, link(`${STATE}/openclaw.json`));
  assert.equal(await refusal(openClawArchive(absolute, told([]))), "read");
});

const HOSTILE: Record<string, [RawMember[], string]> = {
  "a path that climbs": [[{ name: `${ROOT}/payload/../../x`, content: "" }], "unsafe_archive"],
  "an absolute path": [[{ name: "/etc/cron.d/x", content: "" }], "unsafe_archive"],
  "a backslash on the way": [[{ name: `${ROOT}\\..\\x`, content: "" }], "unsafe_archive"],
  "something outside the assets": [member(payload("/etc/passwd")), "unsafe_archive"],
  "something beside the payload": [[{ name: `${ROOT}/run.sh` }], "unsafe_archive"],
  "another top folder": [[{ name: "other/payload/posix/x" }], "unsafe_archive"],
  "a path twice": [member(payload(`${STATE}/openclaw.json`)), "unsafe_archive"],
  "a file below a file": [member(payload(`${STATE}/openclaw.json/x`)), "unsafe_archive"],
  "a second manifest": [[{ name: "other/manifest.json", content: "{}" }], "unsafe_archive"],
  "a hard link to nothing": [
    member(payload(`${STATE}/h`), link("/etc/passwd", "1")),
    "unsafe_archive",
  ],
  "something below a link": [
    [
      ...member(payload(`${STATE}/l`), link("credentials")),
      ...member(payload(`${STATE}/l/x`), { content: "" }),
    ],
    "unsafe_archive",
  ],
  "a device": [member(payload(`${STATE}/d`), { typeflag: "3" }), "unsafe_archive"],
  "a database that is none": [
    member(payload(`${STATE}/state/openclaw.sqlite`), { content: "x".repeat(4096) }),
    "damaged_archive",
  ],
};

for (const [what, [members, code]] of Object.entries(HOSTILE)) {
  Deno.test(`an OpenClaw archive with ${what} is refused`, async () => {
    assert.equal(await refusal(openClawArchive(members)), code);
  });
}

Deno.test("two names that are one elsewhere are refused by the newest rules only", async () => {
  const twin = member(payload(`${STATE}/OPENCLAW.json`), { content: "" });
  assert.equal(await refusal(openClawArchive(twin)), "read");
  const newest = openClawManifest({ externalSymbolicLinks: [] });
  assert.equal(await refusal(openClawArchive(twin, newest)), "unsafe_archive");
});

const BAD_MANIFESTS: Record<string, Record<string, unknown>> = {
  "another schema": { schemaVersion: 2 },
  "a top folder that is a path": { archiveRoot: "a/b" },
  "no assets": { assets: [] },
  "a relative source": {
    assets: [{ kind: "state", sourcePath: "x", archivePath: payload(STATE) }],
  },
  "a source that climbs": { paths: { stateDir: "/home/alice/../bob" } },
  "an asset outside the payload": {
    assets: [{ kind: "state", sourcePath: STATE, archivePath: `${ROOT}/x` }],
  },
  "no time": { createdAt: "yesterday" },
  "an agent that is a path": withAgents({ agentId: "../x", sourcePath: "/a" }),
  "an agent twice": withAgents(
    { agentId: "a", sourcePath: "/a" },
    { agentId: "a", sourcePath: "/b" },
  ),
  "two agents in one folder": withAgents(
    { agentId: "a", sourcePath: "/a" },
    { agentId: "b", sourcePath: "/a/" },
  ),
};

function withAgents(...agentRoots: unknown[]) {
  return { paths: { stateDir: STATE, agentRoots } };
}

for (const [what, changes] of Object.entries(BAD_MANIFESTS)) {
  Deno.test(`an OpenClaw manifest with ${what} is refused`, async () => {
    const members = openClawMembers(openClawManifest(changes));
    assert.equal(await refusal(tarGzOf(members)), "bad_manifest");
  });
}

Deno.test("an asset that is missing, and an archive that is cut, are damage", async () => {
  const files = { [`${STATE}/openclaw.json`]: "{}" };
  assert.equal(await refusal(tarGzOf(openClawMembers(undefined, files))), "damaged_archive");
  const whole = openClawArchive();
  assert.equal(await refusal(whole.slice(0, whole.length - 9)), "damaged_archive");
});

Deno.test("verify reports the damage of a foreign archive, and passes a whole one", () =>
  withTempDir(async (folder) => {
    const [good, bad] = [`${folder}/good.tar.gz`, `${folder}/bad.tar.gz`];
    await Deno.writeFile(good, openClawArchive());
    const spoiled = openClawArchive();
    spoiled[spoiled.length - 6] ^= 1; // the checksum
    await Deno.writeFile(bad, spoiled);
    const host = testHost(folder);
    const whole = await verifyBackup(host, good);
    assert.deepEqual([whole.ok, whole.files_checked, whole.extra], [true, 3, []]);
    const broken = await verifyBackup(host, bad);
    assert.deepEqual([broken.ok, broken.damaged.length], [false, 1]);
  }));

/** A database as OpenClaw writes down whose it is. */
async function databaseOf(role: string, agent: string | null): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  await withTempDir((folder) => {
    const path = `${folder}/db.sqlite`;
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE schema_meta (meta_key TEXT, role TEXT, agent_id TEXT)");
    database.exec("CREATE TABLE notes (text TEXT); CREATE INDEX by_text ON notes (text)");
    database.prepare("INSERT INTO schema_meta VALUES ('primary', ?, ?)").run(role, agent);
    database.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 500) " +
        "INSERT INTO notes SELECT 'note ' || i FROM n",
    );
    database.close();
    bytes = Deno.readFileSync(path);
  });
  return bytes;
}

/** What verify finds wrong with databases in an archive, by their stored path. */
async function databaseFaults(databases: Record<string, Uint8Array>) {
  const members = Object.entries(databases)
    .flatMap(([path, content]) => member(payload(`${STATE}/${path}`), { content }));
  const found: [string, string | undefined][] = [];
  await withTempDir(async (folder) => {
    await Deno.writeFile(`${folder}/b.tar.gz`, openClawArchive(members));
    const host = testHost(folder);
    const { damaged, ok } = await verifyBackup(host, `${folder}/b.tar.gz`);
    assert.equal(ok, damaged.length === 0);
    found.push(...damaged.map(({ path, reason }): typeof found[0] => [path, reason]));
    assert.deepEqual([...Deno.readDirSync(`${host.folders.state}/verifying`)], []);
  });
  return found;
}

Deno.test("verify looks into the databases: whole, in their role, and of their agent", async () => {
  const [global, writer] = [await databaseOf("global", null), await databaseOf("agent", "writer")];
  const at = (id: string) => `agents/${id}/agent/openclaw-agent.sqlite`;
  const good = { "state/openclaw.sqlite": global, [at("writer")]: writer };
  assert.deepEqual(await databaseFaults(good), []);
  const broken = writer.slice().fill(0xff, 8192, 12288);
  assert.deepEqual(
    (await databaseFaults({ ...good, [at("writer")]: broken })).map(([path]) => path),
    [`files/${at("writer")}`],
  );
  const swapped = { "state/openclaw.sqlite": writer, [at("main")]: writer };
  assert.deepEqual(await databaseFaults(swapped), [
    ["files/state/openclaw.sqlite", "it says that it is of role agent"],
    [`files/${at("main")}`, "it is of agent writer"],
  ]);
});

Deno.test("what a restore of ours has left in the home is no part of it, whatever is in it", async () => {
  const kept = `${STATE}/.lifeboat/undo-1/kept/state`;
  const members = [
    ...member(`${payload(`${STATE}/.lifeboat`)}/`, { typeflag: "5" }),
    ...member(payload(`${kept}/openclaw.sqlite`), { content: "half of a database" }),
    ...member(payload(`${kept}/openclaw.sqlite-wal`), { content: "and its WAL" }),
  ];
  const { manifest } = await read(openClawArchive(members));
  assert.ok(
    manifest.entries.values().every((entry) => !entry.relative_path.startsWith(".lifeboat")),
  );
  assert.deepEqual(manifest.skipped, [
    { root: "home", relative_path: ".lifeboat", reason: "excluded", rule: ".lifeboat" },
  ]);
});
