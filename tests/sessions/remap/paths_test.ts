import { mapPath, type PathMapping, pathMapping } from "../../../src/sessions/remap/paths.ts";
import { movedFolder, projectFolder } from "../../../src/sessions/remap/project_folders.ts";
import { assert } from "../../assert.ts";

function mappings(...pairs: [from: string, to: string][]): PathMapping[] {
  return pairs.map(([from, to]) => pathMapping(from, to)!);
}

const MOVES: [what: string, from: string, to: string, path: string, now: string | undefined][] = [
  ["the folder itself", "/home/al", "/Users/al", "/home/al", "/Users/al"],
  ["what lies below it", "/home/al", "/Users/al", "/home/al/a/b.txt", "/Users/al/a/b.txt"],
  ["a separator at the end", "/home/al/", "/srv//", "/home/al/", "/srv/"],
  ["no name that only begins the same", "/home/al", "/x", "/home/alice/a", undefined],
  ["nothing above it", "/home/al", "/x", "/home", undefined],
  ["nothing relative", "/home/al", "/x", "home/al", undefined],
  ["case on POSIX", "/home/al", "/x", "/Home/al", undefined],
  ["spaces and equals signs", "/a b=c", "/d e", "/a b=c/f", "/d e/f"],
  ["POSIX to Windows", "/home/al", "C:\\Users\\al", "/home/al/a/b", "C:\\Users\\al\\a\\b"],
  ["Windows to POSIX", "C:\\Users\\al", "/home/al", "C:\\Users\\al\\a\\b", "/home/al/a/b"],
  ["Windows in any case", "c:\\users\\AL", "/h", "C:\\Users\\al\\A", "/h/A"],
  ["either separator", "C:\\Users\\al", "D:\\al", "C:/Users/al/a/b", "D:\\al/a/b"],
  ["long Windows paths", "C:\\Users\\al", "D:\\al", "\\\\?\\C:\\Users\\al\\a", "\\\\?\\D:\\al\\a"],
  ["long Windows paths to POSIX", "C:\\Users\\al", "/h", "\\\\?\\C:\\Users\\al\\a", "/h/a"],
  ["shares", "\\\\nas\\home", "/h", "\\\\NAS\\home\\a", "/h/a"],
  ["no Windows name that only begins the same", "C:\\a", "/h", "C:\\ab", undefined],
];

for (const [what, from, to, path, now] of MOVES) {
  Deno.test(`paths are mapped at whole names: ${what}`, () => {
    assert.equal(mapPath(path, mappings([from, to])), now);
  });
}

Deno.test("the longest folder is meant, and nothing is mapped twice", () => {
  const both = mappings(["/home/al", "/home/bo"], ["/home/al/app", "/srv/app"], ["/srv", "/no"]);
  assert.equal(mapPath("/home/al/app/x", both), "/srv/app/x");
  assert.equal(mapPath("/home/al/apple", both), "/home/bo/apple");
});

Deno.test("a mapping needs two folders below the top of a disk", () => {
  for (const [from, to] of [["a", "/b"], ["/a", "b"], ["/", "/b"], ["/a", "/"], ["C:\\", "/b"]]) {
    assert.equal(pathMapping(from, to), undefined, `${from} to ${to}`);
  }
  assert.deepEqual(pathMapping("C:\\a\\", "/b/"), { from: "C:\\a", to: "/b" });
});

Deno.test("project folders get one hyphen for each character that is no plain letter or digit", () => {
  assert.equal(projectFolder("/home/sam/räkna_it"), "-home-sam-r-kna-it");
  assert.equal(projectFolder("C:\\x"), "C--x");
  assert.equal(projectFolder("/" + "a".repeat(200)), undefined, "the hash at its end is unknown");
});

Deno.test("a project folder moves with the project that it is named after", () => {
  const moves = mappings(["/home/al", "/srv"]);
  assert.equal(movedFolder("-home-al-app", "/home/al/app", moves), "-srv-app");
  assert.equal(movedFolder("-home-al-app", "/home/al/app/deep/er", moves), "-srv-app", "a cd");
  assert.equal(movedFolder("-home-al-app", "/home/al-app", moves), "-home-al-app", "another");
  assert.equal(movedFolder("-home-al-app", "/elsewhere", moves), undefined, "says nothing");
  assert.equal(
    movedFolder("-home-al", "/home/al", mappings(["/home/al", "/" + "b".repeat(200)])),
    "-home-al",
  );
  const windows = mappings(["C:\\Users\\al", "/home/al"]);
  assert.equal(movedFolder("c--Users-al-app", "C:\\Users\\al\\app", windows), "-home-al-app");
});
