import { strengthHint } from "../../src/cli/unlock.ts";
import { assert } from "../assert.ts";

Deno.test("the hint tells weak passphrases from those that take years to guess", () => {
  const hints: [string, RegExp][] = [
    ["", /weak/],
    ["secret", /weak/],
    ["aaaaaaaaaaaaaaaaaaaaaaaa", /weak/],
    ["Tr0ub4dor&3", /fair/],
    ["correct horse battery staple", /good/],
    ["x9$Kq!vR2@pL7#mZ", /good/],
  ];
  for (const [passphrase, hint] of hints) assert.match(strengthHint(passphrase), hint, passphrase);
});
