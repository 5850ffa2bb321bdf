import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatFields,
  formatList,
  formatTable,
  formatTime,
  textWidth,
} from "../../src/cli/format.ts";
import { assert } from "../assert.ts";

Deno.test("sizes are rounded to what a person can compare", () => {
  const sizes: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [92_407_665, "92 MB"],
    [1.5e12, "1.5 TB"],
    [5e18, "5000 PB"],
  ];
  for (const [bytes, text] of sizes) assert.equal(formatBytes(bytes), text);
});

Deno.test("durations grow from tenths of a second to hours", () => {
  const durations: [number, string][] = [
    [0, "0.0 s"],
    [420, "0.4 s"],
    [9950, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 min 00 s"],
    [187_000, "3 min 07 s"],
    [3_840_000, "1 h 04 min"],
  ];
  for (const [ms, text] of durations) assert.equal(formatDuration(ms), text);
});

Deno.test("ages say how long ago a time was, and nothing where there is none", () => {
  const now = new Date("2026-11-20T12:00:00Z");
  assert.equal(formatAge("2026-11-20T11:59:30Z", now), "now");
  assert.equal(formatAge("2026-11-20T13:48:00+02:00", now), "12 min");
  assert.equal(formatAge("2026-11-20T07:00:00Z", now), "5 h");
  assert.equal(formatAge("2026-11-17T11:00:00Z", now), "3 d");
  assert.equal(formatAge(null, now), "-");
  assert.equal(formatAge("yesterday", now), "-");
});

Deno.test("a time that cannot be read is a dash", () => {
  assert.match(formatTime("2026-11-20T12:00:00Z"), /^2026-11-\d\d \d\d:\d\d$/);
  assert.equal(formatTime(undefined), "-");
  assert.equal(formatTime("soon"), "-");
});

Deno.test("counts have separators and a plural", () => {
  assert.equal(formatCount(1, "file"), "1 file");
  assert.equal(formatCount(0, "file"), "0 files");
  assert.equal(formatCount(1234567, "entry", "entries"), "1,234,567 entries");
});

Deno.test("Chinese takes two columns, colours and accents none", () => {
  assert.equal(textWidth("备份 a"), 6);
  assert.equal(textWidth("\x1b[31mred\x1b[39m"), 3);
  assert.equal(textWidth("e\u0301"), 1);
});

Deno.test("a table lines up its columns, numbers on the right", () => {
  const columns = [{ title: "NAME" }, { title: "SIZE", right: true }, { title: "STATUS" }];
  const rows = [["备份", "9 B", "ok"], ["b", "1.2 MB", "partial"]];
  assert.deepEqual(formatTable(columns, rows, (title) => title), [
    "NAME    SIZE  STATUS",
    "备份     9 B  ok",
    "b     1.2 MB  partial",
  ]);
});

Deno.test("fields line up their values, also those of several lines", () => {
  assert.deepEqual(formatFields([["Home", "/h"], ["Left out", ["a", "b"]]]), [
    "Home      /h",
    "Left out  a",
    "          b",
  ]);
});

Deno.test("a list breaks between names, never inside one", () => {
  assert.deepEqual(formatList(["one", "two", "three"], 9), ["one, two,", "three"]);
  assert.deepEqual(formatList(["a very long name", "b"], 5), ["a very long name,", "b"]);
  assert.deepEqual(formatList([], 9), []);
});
