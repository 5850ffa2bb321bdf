import { presentable } from "../../src/mcp/present.ts";
import { assert } from "../assert.ts";

Deno.test("long lists are cut, and it is told how much is missing and where", () => {
  const many = Array.from({ length: 60 }, (_, index) => index);
  const shown = presentable({ ok: true, plan: { items: many }, homes: [{ all: many }], few: [1] });
  const fifty = many.slice(0, 50);
  assert.deepEqual(shown, {
    ok: true,
    plan: { items: fifty },
    homes: [{ all: fifty }],
    few: [1],
    left_out: { "plan.items": 10, "homes[0].all": 10 },
  });
  assert.deepEqual(presentable({ ok: true, none: undefined, nothing: null }), {
    ok: true,
    nothing: null,
  });
});

Deno.test("what looks like a secret is taken out wherever it stands", () => {
  const key = `sk-${"a".repeat(40)}`;
  const shown = presentable({ a: [{ label: `my ${key}` }], url: "https://u:pass@host/x" });
  assert.deepEqual(shown, {
    a: [{ label: "my <redacted>" }],
    url: "https://<redacted>@host/x",
  });
});
