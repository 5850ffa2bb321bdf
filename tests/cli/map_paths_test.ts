import { parseMapPaths } from "../../src/cli/map_paths.ts";
import { assert, rejectsWith } from "../assert.ts";

Deno.test("--map-path names folders that lie elsewhere now", () => {
  assert.deepEqual(parseMapPaths(["/a=/b", "C:\\x=/y"]), {
    mapPaths: [{ from: "/a", to: "/b" }, { from: "C:\\x", to: "/y" }],
    offerMappings: true,
  });
  assert.deepEqual(parseMapPaths(), { mapPaths: [], offerMappings: true });
});

Deno.test("--map-path none declines what is offered, and may stand beside others", () => {
  assert.deepEqual(parseMapPaths(["none"]), { mapPaths: [], offerMappings: false });
  assert.deepEqual(parseMapPaths(["none", "/a=/b"]).mapPaths, [{ from: "/a", to: "/b" }]);
});

Deno.test("a path may hold an equals sign", () => {
  assert.deepEqual(parseMapPaths(["/a=b=/c"]).mapPaths, [{ from: "/a=b", to: "/c" }]);
});

for (const pair of ["", "/a", "/a=b", "a=/b", "/=/b", "/a=/", "=", "None"]) {
  Deno.test(`--map-path ${pair || "with nothing"} is refused`, async () => {
    await rejectsWith(() => parseMapPaths([pair]), "usage");
  });
}

Deno.test("one folder cannot lie in two places", async () => {
  await rejectsWith(() => parseMapPaths(["/a=/b", "/a/=/c"]), "usage");
});
