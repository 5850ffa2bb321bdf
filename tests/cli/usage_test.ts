import type { Command } from "commander";
import { LifeboatError } from "../../src/base/mod.ts";
import { ALL_COMMANDS } from "../../src/cli/all_commands.ts";
import { commandDefinitions } from "../../src/cli/commands.ts";
import { createProgram, isHelpShown } from "../../src/cli/usage.ts";
import { assert } from "../assert.ts";
import { defineCommands, parseLine as parse } from "../support/command_lines.ts";

/** The usage error of a command line. */
function fault(line: string): LifeboatError {
  try {
    parse(line);
  } catch (error) {
    assert.ok(error instanceof LifeboatError, `${line}: ${error}`);
    assert.deepEqual([error.kind, error.code], ["refused", "usage"], line);
    return error;
  }
  assert.fail(`${line} was accepted`);
}

Deno.test("global options are accepted before and after the command", () => {
  for (const line of ["--profile claude-code --json list", "list --json --profile claude-code"]) {
    const { command, flags } = parse(line);
    assert.equal(command, "list");
    assert.deepEqual([flags.profile, flags.json], ["claude-code", true]);
  }
});

Deno.test("--yes is accepted by every command, before and after it", () => {
  for (const line of ["--yes delete x", "delete x --yes", "isolate remove x --yes", "undo --yes"]) {
    assert.equal(parse(line).flags.yes, true, line);
  }
});

Deno.test("the names and flags of older tools mean what they meant", () => {
  assert.equal(parse("backup --codex-home /h").flags.home, "/h");
  assert.equal(parse("list-backups --backup-root /b").command, "list");
  const created = parse("create nightly");
  assert.deepEqual([created.command, created.args], ["backup", ["nightly"]]);
  const original = parse(
    "restore --archive a.zip --codex-home /h --apply --i-understand-this-restores-sensitive-codex-state",
  ).flags;
  assert.equal(original.backupDir, "a.zip");
  assert.equal(original.home, "/h");
  assert.equal(original.iUnderstandThisRestoresSensitiveCodexState, true);
  const kit = parse("restore --backup-dir . --target-home /h --apply --confirm").flags;
  assert.deepEqual([kit.backupDir, kit.targetHome, kit.confirm], [".", "/h", true]);
  assert.equal(parse("verify x --kit").command, "verify");
  assert.match(fault("verify x --kit --quick").message, /--kit/);
  assert.equal(parse("restore x --snapshot --target /t").command, "restore");
  assert.equal(parse("doctor --no-run-commands").flags.runCommands, false);
  assert.equal(parse("backup --no-doctor-commands").flags.doctorCommands, false);
});

Deno.test("options that may be repeated are gathered", () => {
  const { flags, args } = parse("backup mine --exclude *.log --exclude tmp/**");
  assert.deepEqual([flags.exclude, args], [["*.log", "tmp/**"], ["mine"]]);
  assert.deepEqual(parse("restore x --root a=/1 --root b=/2").flags.root, ["a=/1", "b=/2"]);
});

Deno.test("the parts of an OpenClaw home are named as ClawBackup names them", () => {
  const parts = (line: string) => {
    const { workspace, onlyConfig, openclawAgent } = parse(`backup ${line}`).flags;
    return [workspace, onlyConfig, openclawAgent];
  };
  assert.deepEqual(parts(""), [undefined, undefined, undefined]);
  assert.deepEqual(parts("--no-workspace --only-config"), [false, true, undefined]);
  assert.deepEqual(parts("--workspace /a --workspace /b"), [["/a", "/b"], undefined, undefined]);
  assert.deepEqual(parts("--no-workspace --workspace /a"), [["/a"], undefined, undefined]);
  assert.deepEqual(parts("--openclaw-agent ops"), [undefined, undefined, "ops"]);
  const { flags } = parse("restore latest --openclaw-agent ops --as ops-2");
  assert.deepEqual([flags.openclawAgent, flags.as], ["ops", "ops-2"]);
});

Deno.test("a usage error names what is wrong and where to look", () => {
  const unknown = fault("backup --nope");
  assert.equal(unknown.message, "Unknown option '--nope'");
  assert.match(unknown.hint!, /See: lifeboat backup --help$/);
  assert.match(fault("bakup").hint!, /Did you mean backup\? See: lifeboat --help/);
  assert.match(fault("backup --mode fast").message, /compact, full/);
  assert.match(fault("backup --level 12").message, /1 to 9/);
  assert.match(fault("list --limit 0").message, /1 or more/);
  assert.match(fault("show").message, /Missing required argument 'id'/);
  assert.match(fault("verify a b").message, /Too many arguments/);
  assert.match(fault("").message, /lifeboat needs one of: backup, list, /);
  assert.equal(fault("isolate create x --nope").hint, "See: lifeboat isolate create --help");
  assert.equal(fault("keys trust x").hint, "See: lifeboat keys trust --help");
  assert.equal(fault("backends add").message, "backends add needs one of: folder, s3");
  assert.equal(fault("kit").message, "kit needs one of: list, add, remove");
});

Deno.test("flags and values that do not exist are refused, not ignored", () => {
  for (const line of ["backup --format rar", "backup --compress", "verify x --format zip"]) {
    const word = /rar|--[\w-]+/.exec(line.replace("--format rar", "rar"))![0];
    assert.ok(fault(line).message.includes(word), line);
  }
});

Deno.test("help that is asked for is no error", () => {
  for (const line of ["--help", "help", "backup --help", "help restore", "kit add -h"]) {
    let shown = "";
    const program = createProgram((text) => shown += text);
    defineCommands(program);
    try {
      program.parse(line.split(" "), { from: "user" });
      assert.fail(line);
    } catch (error) {
      assert.ok(isHelpShown(error), line);
    }
    assert.match(shown, /^Usage: lifeboat/);
  }
});

Deno.test("the help of each command has its options, an example and its exit codes", () => {
  const program = createProgram(() => {});
  defineCommands(program);
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of program.commands.flatMap(all)) {
    let help = "";
    command.configureOutput({ writeOut: (text) => help += text });
    command.outputHelp();
    assert.match(help, /\n\nExamples:\n/, command.name());
    for (
      const part of ["Options:", "Global Options:", "Examples:\n  lifeboat ", "Exit codes:\n  "]
    ) {
      assert.ok(help.includes(part), `${command.name()}: ${part}`);
    }
  }
});

Deno.test("a command that a line begins with is defined alone, and as it is among all", async () => {
  const all = createProgram(() => {});
  defineCommands(all);
  for (const command of all.commands) {
    for (const name of [command.name(), ...command.aliases()]) {
      const program = createProgram(() => {});
      for (const define of await commandDefinitions([name])) define(program, () => async () => {});
      if (name === "completions") continue; // it completes all the others
      assert.deepEqual(program.commands.map((one) => one.name()), [command.name()], name);
      assert.equal(program.commands[0].helpInformation(), command.helpInformation());
    }
  }
});

Deno.test("any other line gets all commands, and so do completions", async () => {
  for (
    const args of [[], ["--json", "list"], ["help"], ["bakup", "list"], ["completions", "zsh"]]
  ) {
    assert.equal(await commandDefinitions(args), ALL_COMMANDS, args.join(" "));
  }
});
