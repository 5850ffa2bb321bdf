import { coloured, plain, styleFor } from "../../src/cli/style.ts";
import { assert } from "../assert.ts";

Deno.test("colours appear on a terminal only, and never against the user's wish", () => {
  assert.equal(styleFor(true, {}, false), coloured);
  assert.equal(styleFor(false, {}, false), plain);
  assert.equal(styleFor(true, { NO_COLOR: "1" }, false), plain);
  assert.equal(styleFor(true, { NO_COLOR: "" }, false), coloured);
  assert.equal(styleFor(true, { TERM: "dumb" }, false), plain);
  assert.equal(styleFor(true, {}, true), plain);
});
