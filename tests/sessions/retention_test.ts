import { managedSettingsPaths, retentionOf } from "../../src/sessions/retention.ts";
import { assert } from "../assert.ts";

const file = (path: string, cleanupPeriodDays?: unknown) => ({
  path,
  settings: cleanupPeriodDays === undefined ? {} : { cleanupPeriodDays },
  broken: false,
});
const absent = { path: "managed.json", broken: false };

Deno.test("without a setting conversations are kept for 30 days", () => {
  assert.deepEqual(retentionOf([absent, file("settings.json")]), { days: 30, setBy: "default" });
  assert.deepEqual(retentionOf([]), { days: 30, setBy: "default" });
});

Deno.test("the user's setting decides, and an administrator's before it", () => {
  const user = file("settings.json", 99_999);
  assert.deepEqual(retentionOf([absent, user]), { days: 99_999, setBy: "settings.json" });
  assert.deepEqual(retentionOf([file("managed.json", 7), user]), {
    days: 7,
    setBy: "managed.json",
  });
});

Deno.test("a value of 0 is named as dangerous", () => {
  const { days, setBy, doubt } = retentionOf([file("settings.json", 0)]);
  assert.deepEqual([days, setBy], [0, "settings.json"]);
  assert.match(doubt!, /below 1/);
});

for (const value of ["30", -1, null, NaN, Infinity, [30]]) {
  Deno.test(`a setting of ${typeof value} ${value} leaves the default, with a doubt`, () => {
    const { days, setBy, doubt } = retentionOf([file("settings.json", value)]);
    assert.deepEqual([days, setBy], [30, "default"]);
    assert.match(doubt!, /settings.json/);
  });
}

Deno.test("a broken file leaves it open what decides", () => {
  const broken = { path: "managed.json", broken: true };
  const { days, doubt } = retentionOf([broken, file("settings.json", 365)]);
  assert.equal(days, 30);
  assert.match(doubt!, /managed.json/);
});

Deno.test("an administrator's settings are looked for where each system keeps them", () => {
  assert.deepEqual(managedSettingsPaths("linux", {}), ["/etc/claude-code/managed-settings.json"]);
  assert.match(managedSettingsPaths("darwin", {})[0], /^\/Library\/.*ClaudeCode/);
  const windows = managedSettingsPaths("windows", { ProgramFiles: "D:\\Programs" });
  assert.deepEqual(windows, [
    "D:\\Programs\\ClaudeCode\\managed-settings.json",
    "C:\\ProgramData\\ClaudeCode\\managed-settings.json",
  ]);
});
