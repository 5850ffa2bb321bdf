import { assert } from "../assert.ts";
import {
  expandHome,
  isInside,
  ownFolders,
  relativePathFault,
  userHomeOf,
} from "../../src/base/mod.ts";

const SAFE = ["a", "a/b.c", "…/ü", "a b/c", ".hidden/x", "a\nb"];
const UNSAFE = ["", "/etc", "../a", "a/../b", "a//b", "a/", "./a", "a\0b", "a/\ud800"];
const UNSAFE_ON_WINDOWS = [
  "C:/x",
  "a\\b",
  "\\\\server\\share",
  "nul",
  "a/COM1.txt",
  "a.",
  "a ",
  "x:y",
];

Deno.test("relative paths that stay below their folder are allowed", () => {
  for (const path of SAFE) assert.equal(relativePathFault(path, "linux"), undefined, path);
});

Deno.test("paths that leave their folder are refused on every platform", () => {
  for (const path of UNSAFE) {
    for (const platform of ["linux", "darwin", "windows"] as const) {
      assert.ok(relativePathFault(path, platform), `${JSON.stringify(path)} on ${platform}`);
    }
  }
});

Deno.test("names that Windows takes for something else are refused there only", () => {
  for (const path of UNSAFE_ON_WINDOWS) {
    assert.ok(relativePathFault(path, "windows"), path);
    assert.equal(relativePathFault(path, "linux"), undefined, path);
  }
});

Deno.test("isInside knows a folder from one whose name begins alike", () => {
  assert.ok(isInside("/a/b", "/a", "linux"));
  assert.ok(isInside("/a", "/a", "linux"));
  assert.ok(isInside("/a/..b", "/a", "linux"));
  assert.ok(!isInside("/ab", "/a", "linux"));
  assert.ok(!isInside("/", "/a", "linux"));
  assert.ok(isInside("C:\\Users\\U\\.codex", "c:\\users\\u", "windows"));
  assert.ok(!isInside("D:\\x", "C:\\", "windows"));
});

Deno.test("a leading tilde is the user's home, also with a backslash on Windows", () => {
  assert.equal(expandHome("~/.codex", "/home/u", "linux"), "/home/u/.codex");
  assert.equal(expandHome("~", "/home/u", "linux"), "/home/u");
  assert.equal(expandHome("~other/x", "/home/u", "linux"), "~other/x");
  assert.equal(expandHome("~\\.codex", "C:\\Users\\u", "windows"), "C:\\Users\\u\\.codex");
});

Deno.test("own folders follow the platform's conventions", () => {
  assert.equal(ownFolders({}, "/home/u", "linux").state, "/home/u/.local/state/lifeboat");
  const xdg = ownFolders({ XDG_CONFIG_HOME: "/cfg" }, "/home/u", "linux");
  assert.equal(xdg.config, "/cfg/lifeboat");
  const windows = ownFolders({ APPDATA: "C:\\R" }, "C:\\Users\\u", "windows");
  assert.equal(windows.config, "C:\\R\\lifeboat");
  assert.equal(windows.state, "C:\\Users\\u\\AppData\\Local\\lifeboat\\state");
});

Deno.test("the user's home comes from the platform's variable", () => {
  assert.equal(userHomeOf({ HOME: "/h", USERPROFILE: "C:\\U" }, "linux"), "/h");
  assert.equal(userHomeOf({ HOME: "/h", USERPROFILE: "C:\\U" }, "windows"), "C:\\U");
  assert.equal(userHomeOf({ HOMEDRIVE: "C:", HOMEPATH: "\\U" }, "windows"), "C:\\U");
});
