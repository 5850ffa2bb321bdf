import { withoutKeys } from "../../src/migrate/hide.ts";
import { assert } from "../assert.ts";

Deno.test("values are taken out by their name, or by what they look like, however deep", () => {
  const shown = withoutKeys({
    id: "skill:review",
    details: {
      apiKey: "plain",
      access_token: ["one", { any: "two" }],
      Authorization: "x",
      note: "Bearer abcdefghijkl and sk-abcdefghijklmnop",
      nested: { password: "", client_secret: "s", files: 3 },
    },
  });
  assert.deepEqual(shown, {
    id: "skill:review",
    details: {
      apiKey: "<redacted>",
      access_token: ["<redacted>", { any: "two" }],
      Authorization: "<redacted>",
      note: "Bearer <redacted> and <redacted>",
      nested: { password: "", client_secret: "<redacted>", files: 3 },
    },
  });
});

Deno.test("names of what was left out stay", () => {
  const item = {
    secretsLeftOut: ["API_KEY", "argument 3"],
    envVar: "OPENAI_API_KEY",
    author: "me",
  };
  assert.deepEqual(withoutKeys(item), item);
});
