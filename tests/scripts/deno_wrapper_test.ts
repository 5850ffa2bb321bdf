import { dirname, join } from "node:path";
import { PINNED_DENO } from "../../scripts/build/runtime.ts";
import { assert } from "../assert.ts";
import { withTempDir } from "../support/host.ts";

const WRAPPER = new URL("../../scripts/deno", import.meta.url);
const CMD_WRAPPER = new URL("../../scripts/deno.cmd", import.meta.url);

interface Machine {
  /** The version of the Deno on PATH; none without it. */
  deno?: string;
  npm?: boolean;
  env?: Record<string, string>;
}

function fakeDeno(version: string, name: string): string {
  return `#!/bin/sh
if [ "$1" = --version ]; then printf 'deno ${version} (stable)\\nv8 1\\n'; exit; fi
echo "${name}, $DENO_TLS_CA_STORE: $*"
`;
}

/** Puts a Deno where npm does, slowly enough for two of them to meet. */
const FAKE_NPM = `#!/bin/sh
[ "$1 $2" = "install --prefix" ] || exit 1
for last; do :; done
mkdir -p "$3/node_modules/@deno/some-system"
sleep 0.2
printf '#!/bin/sh\\necho "%s from npm, $DENO_TLS_CA_STORE: $*"\\n' "$last" > "$3/node_modules/@deno/some-system/deno"
chmod 755 "$3/node_modules/@deno/some-system/deno"
echo "added 2 packages"
`;

async function putProgram(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text, { mode: 0o755 });
}

/** Where the tools of the system lie that the wrapper may use. */
const SYSTEM_TOOLS = ["mkdir", "mktemp", "mv", "rm", "sh", "sleep", "chmod"];

async function setUp(folder: string, machine: Machine): Promise<Record<string, string>> {
  const bin = join(folder, "bin");
  await Deno.mkdir(bin, { recursive: true });
  for (const tool of SYSTEM_TOOLS) {
    const place = ["/bin", "/usr/bin"].find((place) => exists(join(place, tool)))!;
    await Deno.symlink(join(place, tool), join(bin, tool));
  }
  if (machine.deno) await putProgram(join(bin, "deno"), fakeDeno(machine.deno, "PATH"));
  if (machine.npm) await putProgram(join(bin, "npm"), FAKE_NPM);
  return { PATH: bin, XDG_CACHE_HOME: join(folder, "cache"), ...machine.env };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function runWrapper(env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: [WRAPPER.pathname, "task", "a b"],
    env,
    clearEnv: true,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function wrapperOn(machine: Machine): Promise<{ code: number; stdout: string }> {
  let result;
  await withTempDir(async (folder) => {
    result = await runWrapper(await setUp(folder, machine));
  });
  return result!;
}

Deno.test("both wrappers and the build pin the same Deno", async () => {
  assert.match(await Deno.readTextFile(WRAPPER), new RegExp(`^pinned=${PINNED_DENO}$`, "m"));
  assert.match(
    await Deno.readTextFile(CMD_WRAPPER),
    new RegExp(`^set "pinned=${PINNED_DENO}"\r?$`, "m"),
  );
});

// The tests of a script for a POSIX shell; Windows has deno.cmd.
if (Deno.build.os !== "windows") {
  Deno.test("the wrapper takes a Deno on PATH that is new enough, with the system's CAs", async () => {
    for (const deno of ["2.7.0", "2.10.1", "3.0.0-rc.1"]) {
      assert.equal((await wrapperOn({ deno, npm: true })).stdout, "PATH, system: task a b");
    }
  });

  Deno.test("the wrapper fetches the pinned Deno where there is none, or an old one", async () => {
    const fetched = `deno@${PINNED_DENO} from npm, system: task a b`;
    for (const deno of [undefined, "1.46.3", "2.6.10"]) {
      assert.equal((await wrapperOn({ deno, npm: true })).stdout, fetched);
    }
  });

  Deno.test("the wrapper takes the pinned Deno in any case when asked so", async () => {
    const env = { LIFEBOAT_DENO: "pinned" };
    const { stdout } = await wrapperOn({ deno: "2.9.6", npm: true, env });
    assert.match(stdout, /from npm/);
  });

  Deno.test("the wrapper keeps a CA store that the user has set", async () => {
    const env = { DENO_TLS_CA_STORE: "mozilla" };
    assert.equal((await wrapperOn({ deno: "2.7.0", env })).stdout, "PATH, mozilla: task a b");
  });

  Deno.test("the wrapper says what it needs where there is neither Deno nor npm", async () => {
    await withTempDir(async (folder) => {
      const { code, stderr } = await runWrapper(await setUp(folder, {}));
      assert.equal(code, 1);
      assert.match(stderr, /needs Deno 2\.7 or newer, or npm/);
    });
  });

  Deno.test("two wrappers may fetch at once, and a third finds what they fetched", async () => {
    await withTempDir(async (folder) => {
      const env = await setUp(folder, { npm: true });
      const both = await Promise.all([runWrapper(env), runWrapper(env)]);
      assert.deepEqual(both.map(({ code }) => code), [0, 0]);
      await Deno.remove(join(folder, "bin", "npm"));
      assert.equal((await runWrapper(env)).code, 0);
      const kept = join(folder, "cache", "lifeboat", `deno-${PINNED_DENO}`);
      assert.deepEqual(Array.from(Deno.readDirSync(kept), ({ name }) => name), ["deno"]);
    });
  });

  Deno.test("a fetch that fails ends the wrapper and leaves nothing half done", async () => {
    await withTempDir(async (folder) => {
      const env = await setUp(folder, { npm: true });
      await putProgram(join(folder, "bin", "npm"), "#!/bin/sh\nexit 7\n");
      assert.equal((await runWrapper(env)).code, 7);
      const kept = join(folder, "cache", "lifeboat", `deno-${PINNED_DENO}`);
      assert.deepEqual(Array.from(Deno.readDirSync(kept)), []);
    });
  });
}
