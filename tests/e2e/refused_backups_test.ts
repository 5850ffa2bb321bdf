/** Backups that are refused: with which code, and that nothing at all was touched. */
import { join } from "node:path";
import { assert } from "../assert.ts";
import { folderState } from "../support/folder_state.ts";
import { runTool } from "../support/oracles.ts";
import { asPlainUser } from "../support/other_user.ts";
import { type Scene, withScene } from "../support/scene.ts";

/** All of the user's files, but for lifeboat's own state (its locks lie there). */
function userFiles({ user }: Scene): string[] {
  return folderState(user).filter((line) => !line.startsWith(`${user}/.local`))
    .map((line) => line.startsWith(`${user} `) ? user : line);
}

/** Prepares a case and gives back the options of the backup. */
type Case = (scene: Scene) => string[] | Promise<string[]>;

const CASES: Record<string, { exit: number; code: string; make: Case }> = {
  "a home that is not there": {
    exit: 10,
    code: "no_such_home",
    make: ({ user }) => ["--home", join(user, "nowhere")],
  },
  "a home that is a file": {
    exit: 2,
    code: "home_is_a_file",
    make: ({ home }) => ["--home", join(home, "config.toml")],
  },
  "a home that lies below a file": {
    exit: 10,
    code: "no_such_home",
    make: ({ home }) => ["--home", join(home, "config.toml", "inside")],
  },
  "a backup root that is the home": {
    exit: 2,
    code: "backup_root_inside_home",
    make: ({ home }) => ["--backup-root", home],
  },
  "a backup root inside the home that is not there yet": {
    exit: 2,
    code: "backup_root_inside_home",
    make: ({ home }) => ["--backup-root", join(home, "deep", "backups")],
  },
  "a backup root inside the home by way of a link": {
    exit: 2,
    code: "backup_root_inside_home",
    make: async ({ home, user }) => {
      await Deno.symlink(home, join(user, "link"));
      return ["--backup-root", join(user, "link", "backups")];
    },
  },
  "a backup root inside a root outside the home": {
    exit: 2,
    code: "backup_root_inside_home",
    make: async ({ user }) => {
      await Deno.mkdir(join(user, ".agents", "skills"), { recursive: true });
      return ["--backup-root", join(user, ".agents", "backups")];
    },
  },
  "an output inside the home": {
    exit: 2,
    code: "backup_root_inside_home",
    make: ({ home }) => ["--output", join(home, "backup.tar.gz")],
  },
  "an output that is there already": {
    exit: 2,
    code: "output_exists",
    make: async ({ user }) => {
      const output = join(user, "mine.tar.gz");
      await Deno.writeTextFile(output, "mine");
      return ["--output", output];
    },
  },
  "a backup root that is a file": {
    exit: 2,
    code: "not_a_folder",
    make: ({ home }) => ["--backup-root", join(home, "..", "file")],
  },
  "a profile that nobody knows": {
    exit: 10,
    code: "unknown_profile",
    make: () => ["--profile", "nobody"],
  },
  "an option that is none": { exit: 2, code: "usage", make: () => ["--fast"] },
  "a format that is none": { exit: 2, code: "usage", make: () => ["--format", "rar"] },
};

for (const [what, { exit, code, make }] of Object.entries(CASES)) {
  Deno.test(`${what} is refused with ${code}, and nothing is touched`, () =>
    withScene(async (scene) => {
      await Deno.writeTextFile(join(scene.user, "file"), "mine");
      const options = await make(scene);
      const before = userFiles(scene);
      for (const extra of code === "not_a_folder" ? [[]] : [[], ["--dry-run"]]) {
        const outcome = await scene.run(
          ["backup", "--kit", "light", ...options, ...extra, "--json"],
        );
        assert.deepEqual([outcome.code, outcome.json.error?.code], [exit, code], extra.join());
        assert.equal(outcome.json.ok, false);
        assert.ok(outcome.json.error?.hint, "there is a hint");
        assert.deepEqual(userFiles(scene), before);
      }
    }));
}

if (Deno.build.os !== "windows") {
  Deno.test("a backup root that may not be written is refused, and nothing is touched", () =>
    withScene(async (scene) => {
      const closed = join(scene.user, "closed");
      await Deno.mkdir(closed);
      const settings = await asPlainUser(scene);
      await Deno.chmod(closed, 0o500);
      const before = userFiles(scene);
      const refusals: [string, string, RegExp][] = [
        [closed, "lock_unusable", /closed.* cannot be written/],
        [join(closed, "below"), "backup_root_unusable", /closed.below: Permission denied/],
      ];
      for (const [root, refusal, message] of refusals) {
        const args = ["backup", "--kit", "light", "--backup-root", root, "--json"];
        const { code, json } = await scene.run(args, settings);
        assert.deepEqual([code, json.error?.code], [2, refusal]);
        assert.match(json.error!.message, message);
        assert.deepEqual(userFiles(scene), before);
      }
    }));

  Deno.test("a home that is a link in a circle is refused, and nothing is touched", () =>
    withScene(async (scene) => {
      await runTool(["ln", "-s", "circle", join(scene.user, "circle")]);
      const before = userFiles(scene);
      const args = ["backup", "--home", join(scene.user, "circle"), "--json"];
      const { code, json } = await scene.run(args);
      assert.deepEqual([code, json.error?.code], [2, "link_in_circle"]);
      assert.deepEqual(userFiles(scene), before);
    }));
}
