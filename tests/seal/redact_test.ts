import { assert } from "../assert.ts";
import { redact } from "../../src/seal/mod.ts";

/** Built from parts, so that this file holds nothing that looks like a real secret. */
const long = (length: number) => "aB3".repeat(length).slice(0, length);

const TOKENS = [
  `sk-${long(24)}`,
  `sk-ant-api03-${long(40)}`,
  `sk_live_${long(24)}`,
  `ghp_${long(36)}`,
  `gho_${long(36)}`,
  `github_pat_${long(40)}`,
  `glpat-${long(20)}`,
  `xoxb-1234-${long(20)}`,
  `AIza${long(35)}`,
  `AKIA${"ABCD2345".repeat(2)}`,
  `eyJ${long(20)}.eyJ${long(40)}.${long(30)}`,
  `npm_${long(36)}`,
  `AGE-SECRET-KEY-1${"QPZRY9X8".repeat(6)}`,
];

for (const token of TOKENS) {
  Deno.test(`redact() takes out ${token.slice(0, 8)}… wherever it stands`, () => {
    for (
      const [before, after] of [["", ""], ["key ", " end"], ["(", ")"], ["a\\n", "\\n"], [
        "x=%3D",
        "&",
      ]]
    ) {
      const shown = redact(before + token + after);
      assert.ok(!shown.includes(token.slice(-12)), shown);
      assert.ok(shown.startsWith(before), shown);
    }
  });
}

const VALUE = "hunter2-Zq";
const NAMED = [
  `api_key=${VALUE}`,
  `API-KEY: ${VALUE}`,
  `{"apiKey":"${VALUE}"}`,
  `{"access_token" : "${VALUE}", "a": 1}`,
  `{"refresh_token":"${VALUE}"}`,
  `{\\"refresh_token\\":\\"${VALUE}\\",\\"a\\":1}`,
  `{"password":"with \\" quote ${VALUE}"}`,
  `password = '${VALUE}'`,
  `OPENAI_KEY=${VALUE} next`,
  `AWS_SECRET_ACCESS_KEY=${VALUE}`,
  `TRACKER_TOKEN = "${VALUE}"`,
  `server --api-key ${VALUE} --port 1`,
  `server --token=${VALUE}`,
  `Authorization: Bearer ${VALUE}`,
  `authorization=Basic ${VALUE}==`,
  `{"Authorization": "token ${VALUE}"}`,
  `Authorization: Digest username="a", response="${VALUE}"`,
  `password=a\\b${VALUE}`,
  `Set-Cookie: session=${VALUE}; Path=/`,
  `sent bearer ${VALUE}`,
  `https://sam:${VALUE}@example.org/x`,
  `postgres://:${VALUE}@db/x`,
  `https://example.org/?access_token=${VALUE}&a=1`,
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${VALUE}\n-----END OPENSSH PRIVATE KEY-----`,
  `-----BEGIN RSA PRIVATE KEY-----\\n${VALUE} and then it is cut off`,
];

for (const text of NAMED) {
  Deno.test(`redact() takes the value out of ${JSON.stringify(text.slice(0, 40))}`, () => {
    const shown = redact(text);
    assert.ok(!shown.includes(VALUE), shown);
    assert.match(shown, /<redacted>/);
  });
}

Deno.test("redact() keeps the text around a secret", () => {
  assert.equal(redact('{"token":"abc","name":"x"}'), '{"token":"<redacted>","name":"x"}');
  assert.equal(redact("a https://u:p@h/x b"), "a https://<redacted>@h/x b");
});

Deno.test("redact() leaves ordinary text alone", () => {
  const plain = [
    "codex-cli 0.169.0",
    "2.1.329 (Claude Code)",
    "task-list-with-a-long-name, desk-organizer-thing",
    "tracker: /home/sam/bin/tracker-mcp --stdio - Connected",
    "Auth: Bearer token",
    '{"access_token_present": true, "tokens": {"a": 1}, "secret": null}',
    "ssh://git@github.com/a/b https://example.org:8080/x",
    "no secret is here; the token is missing",
  ];
  for (const text of plain) assert.equal(redact(text), text);
});

Deno.test("redact() leaves alone where a secret is, which is none itself", () => {
  for (
    const text of [
      "Give it with --password-file FILE, or --password-env NAME.",
      "lifeboat restore x --password-file /home/u/passphrase --apply",
      "token_file: ~/.token",
    ]
  ) assert.equal(redact(text), text);
  assert.equal(
    redact("--password-file x --password hunter22"),
    "--password-file x --password <redacted>",
  );
});

Deno.test("redact() gives the same when it is used again", () => {
  for (const text of [...TOKENS, ...NAMED]) {
    const once = redact(text);
    assert.equal(redact(once), once);
  }
});

const HOSTILE: Record<string, string> = {
  "beginnings of tokens": "sk-",
  "beginnings of web tokens": "eyJ",
  "PEM headers without an end": "-----BEGIN A PRIVATE KEY-----",
  "dashes": "-",
  "names without values": "token ",
  "names run together": "token",
  "flags": "--token ",
  "schemes": "://",
  "users without an at sign": "://a:a",
  "authorization headers": "authorization: '",
  "blanks": " ",
  "escaped quotes": '\\"',
  "backslashes after a name": 'password:"\\\\',
  "one letter": "a",
};

for (const [name, piece] of Object.entries(HOSTILE)) {
  Deno.test(`redact() takes time linear in the length of ${name}`, () => {
    const timeOf = (length: number) => {
      const text = piece.repeat(Math.ceil(length / piece.length));
      const start = performance.now();
      redact(text);
      return performance.now() - start;
    };
    timeOf(10_000);
    const time = timeOf(1_000_000);
    assert.ok(time < 2_000, `${Math.round(time)} ms for 1 MB`);
  });
}
