import { join } from "node:path";
import { realFs } from "../../src/base/mod.ts";
import { inspectConfig } from "../../src/doctor/config.ts";
import { beginSurvey, emptySurvey, walkHome } from "../../src/doctor/survey.ts";
import { findProfile, resolveHome } from "../../src/profiles/mod.ts";
import { assert } from "../assert.ts";
import { faultyFs } from "../support/faulty_fs.ts";
import { testHost, withTempDir } from "../support/host.ts";
import { makeTree, type TreeSpec } from "../support/trees.ts";

/** Writes a Codex home and inspects its configuration. */
function inspect(folder: string, files: TreeSpec, fs = realFs) {
  makeTree(join(folder, ".codex"), files);
  const host = testHost(folder, { fs });
  const home = resolveHome(host, findProfile(host, "codex"));
  const { survey, see } = beginSurvey(host, home, "all");
  walkHome(host, home, see);
  return inspectConfig(host, home, survey);
}

Deno.test("every configuration file that a profile names is looked at", () =>
  withTempDir((folder) => {
    const { report, findings, values } = inspect(folder, {
      "config.toml": 'model = "x"\n',
      "work.config.toml": "a = ",
      "agents/one.toml": "a = 1\n",
      "auth.json": "[1]",
      "hooks.json": "{",
      "notes.json": "{",
    });
    const parsed = report.files.map(({ path, parse_status }) => [path, parse_status]);
    assert.deepEqual(Object.fromEntries(parsed), {
      "work.config.toml": "failed",
      "agents/one.toml": "ok",
      "auth.json": "ok",
      "hooks.json": "failed",
    });
    assert.deepEqual(findings.map(({ code, severity }) => [code, severity]), [
      ["config_does_not_parse", "error"],
      ["config_does_not_parse", "error"],
    ]);
    assert.deepEqual([...values.keys()].sort(), ["agents/one.toml", "config.toml"]);
    assert.equal(report.bytes, 12);
  }));

Deno.test("a home without a configuration has none, and that is no fault", () =>
  withTempDir((folder) => {
    const { report, findings, readable } = inspect(folder, { "history.jsonl": "" });
    assert.deepEqual(report, {
      path: "config.toml",
      present: false,
      parse_status: "missing",
      files: [],
    });
    assert.deepEqual([findings, readable], [[], true]);
  }));

Deno.test("a configuration that is half written is read again", () =>
  withTempDir((folder) => {
    const path = join(folder, ".codex", "config.toml");
    makeTree(join(folder, ".codex"), { "config.toml": 'half = "' });
    let opened = 0;
    const fs = faultyFs(realFs, (call) => {
      const reads = call.operation === "open" && call.path === path;
      if (reads && ++opened === 2) Deno.writeTextFileSync(path, "whole = 1\n");
    });
    const host = testHost(folder, { fs });
    const home = resolveHome(host, { ...findProfile(host, "codex"), roots: [] });
    const { report } = inspectConfig(host, home, emptySurvey());
    assert.deepEqual([report.parse_status, opened], ["ok", 2]);
  }));

Deno.test("a configuration too large to be one is not read", () =>
  withTempDir((folder) => {
    const path = join(folder, ".codex", "config.toml");
    makeTree(join(folder, ".codex"), { "config.toml": "" });
    Deno.truncateSync(path, 20 << 20);
    const { report, readable } = inspect(folder, {});
    assert.deepEqual([report.parse_status, readable], ["failed", true]);
    assert.match(report.error!, /has 20971520 bytes/);
  }));

Deno.test("a profile without a configuration file is inspected all the same", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    const home = resolveHome(host, { ...findProfile(host, "codex"), config: [], roots: [] });
    const { report, readable } = inspectConfig(host, home, emptySurvey());
    assert.deepEqual([report.present, report.parse_status, readable], [false, "missing", true]);
  }));
