import { LifeboatError, parseMoment } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";

const NOW = new Date("2026-11-20T12:00:00Z");

Deno.test("a moment is so long ago, a day, or a time", () => {
  const at = (text: string) => new Date(parseMoment(text, NOW)).toISOString();
  assert.equal(at("10m"), "2026-11-20T11:50:00.000Z");
  assert.equal(at("8h"), "2026-11-20T04:00:00.000Z");
  assert.equal(at("7d"), "2026-11-13T12:00:00.000Z");
  assert.equal(at("2w"), "2026-11-06T12:00:00.000Z");
  assert.equal(at("2026-11-20T08:00:00+02:00"), "2026-11-20T06:00:00.000Z");
  assert.equal(parseMoment("2026-11-20", NOW), new Date(2026, 10, 20).getTime());
});

Deno.test("what is no moment is refused, with examples", () => {
  for (const text of ["", "soon", "7", "d", "-1d", "7 d", "2026-13-01", "1e9d", "2026"]) {
    assert.throws(() => parseMoment(text, NOW), (error: LifeboatError) => {
      assert.deepEqual([error.kind, error.code], ["refused", "usage"], text);
      return /7d/.test(error.hint!);
    });
  }
});
