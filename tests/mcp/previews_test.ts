import { createPreviews, TOKEN_MS } from "../../src/mcp/previews.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost } from "../support/host.ts";

const PREVIEW = { tool: "t", args: { a: "1", b: true }, plan: { files: 2 }, questions: [] };

Deno.test("a token holds for the same call and plan, once, and for five minutes", async () => {
  let now = Date.parse("2026-11-20T12:00:00Z");
  const previews = createPreviews(testHost("/h", { now: () => new Date(now) }));
  const keep = () => previews.keep(PREVIEW).token;
  const redeem = (token: string, args = {}) =>
    previews.redeem(token, "t", { b: true, a: "1", token, dry_run: false, ...args });

  const { token, expires_at } = previews.keep(PREVIEW);
  assert.equal(Date.parse(expires_at), now + TOKEN_MS);
  redeem(token).requireSame({ files: 2 });
  await rejectsWith(() => redeem(token), "bad_token");

  await rejectsWith(() => redeem(keep(), { a: "2" }), "bad_token");
  const other = keep();
  await rejectsWith(() => previews.redeem(other, "u", PREVIEW.args), "bad_token");
  await rejectsWith(() => redeem(other), "bad_token"); // it was used up by the attempt
  await rejectsWith(() => redeem(keep()).requireSame({ files: 3 }), "plan_changed");
  await rejectsWith(() => redeem("guessed"), "bad_token");

  const [late, later] = [keep(), keep()];
  now += TOKEN_MS;
  redeem(late).requireSame({ files: 2 });
  now += 1;
  await rejectsWith(() => redeem(later), "bad_token");
});

Deno.test("an agent that makes previews without end fills no memory", async () => {
  const previews = createPreviews(testHost("/h"));
  const first = previews.keep(PREVIEW).token;
  for (let i = 0; i < 100; i++) previews.keep(PREVIEW);
  await rejectsWith(() => previews.redeem(first, "t", PREVIEW.args), "bad_token");
});
