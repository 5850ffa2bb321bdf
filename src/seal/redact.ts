/**
 * Takes what looks like a secret out of text that is about to be shown or stored in a report
 * (design.md 1.9). When in doubt it takes out too much.
 *
 * The text may come from any program, so every step is linear in its length: each pattern either
 * has bounds, or cannot fail once its literal beginning has been found.
 */
const REDACTED = "<redacted>";

/** Blocks of keys and certificates; one that never ends is taken out up to the end of the text. */
const PEM = /-----BEGIN [A-Z0-9 ]{1,60}-----[^]*?(?:-----END [A-Z0-9 ]{1,60}-----|$)/g;

/**
 * The place before a token: no letter or digit, unless those belong to an escape (`\n`, `%3D`), so
 * that `task-list` does not count as an `sk-` key.
 */
const START = "(?<![A-Za-z0-9](?<!\\\\[nrt])(?<!%[0-9A-Fa-f]{2}))";

/** Tokens that show by their own beginning what they are. */
const TOKENS = new RegExp(
  START + "(?:" + [
    "sk-[\\w-]{12,}", // OpenAI, Anthropic and many others
    "(?:sk|rk|pk)_(?:live|test)_\\w{8,}", // Stripe
    "gh[opusr]_\\w{16,}",
    "github_pat_\\w{16,}",
    "glpat-[\\w-]{16,}",
    "xox[a-z]-[\\w-]{8,}", // Slack
    "xapp-[\\w-]{8,}",
    "AIza[\\w-]{20,}", // Google
    "ya29\\.[\\w.-]{16,}",
    "(?:AKIA|ASIA)[A-Z0-9]{12,}", // AWS
    "npm_\\w{20,}",
    "hf_\\w{16,}",
    "gsk_\\w{16,}",
    "xai-[\\w-]{16,}",
    "AGE-SECRET-KEY-[\\w-]{8,}",
    "eyJ[\\w-]{12,}(?:\\.[\\w-]*){0,2}", // JSON Web Tokens, and any JSON in base64
  ].join("|") + ")",
  "g",
);

const BEARER = /\b(bearer)[ \t]{1,8}[\w.~+/=-]{8,}/gi;

/** The user and password of a URL. */
const USER_INFO = /:\/\/[^\s/@:]{0,256}:[^\s/@]{1,256}@/g;

/** Headers whose whole rest of the line is a secret. */
const HEADER =
  /\b((?:proxy-)?authorization|(?:set-)?cookie)(\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8})/gi;

/** Names of settings, fields and flags that hold a secret; the name may begin earlier. */
const NAMED = new RegExp(
  "(?:(?:api|access|private|signing|encryption|subscription|[_-])[_-]?key|token|secret|credential" +
    "|passw(?:or)?d|passphrase|_auth)" +
    "[\\w-]{0,40}" +
    "(\\\\{0,3}[\"']?[ \\t]{0,8}[:=][ \\t]{0,8}|[ \\t]{1,8})",
  "gi",
);

/** A value that says nothing, a nested one, or one that is already gone. */
const PLAIN_VALUE = /(?:true|false|null|none|undefined)(?![\w-])|[{[]|<redacted>/iy;

function opensWithQuote(text: string, at: number): { quote: string; escapes: number } | undefined {
  let from = at;
  while (text[from] === "\\" && from - at < 4) from++;
  const quote = text[from];
  return quote === '"' || quote === "'" ? { quote, escapes: from - at } : undefined;
}

/** Where a quoted value ends. Within text that is itself quoted, the quotes are escaped. */
function quotedEnd(text: string, from: number, quote: string, escapes: number): number {
  let run = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === quote && (run <= escapes || (escapes === 0 && run % 2 === 0))) return i - run;
    run = text[i] === "\\" ? run + 1 : 0;
  }
  return text.length;
}

const UNQUOTED_END = /[\s"']|$/g;
const LINE_END = /[\r\n]|$/g;

function searchFrom(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)!.index;
}

/** The place of a value that begins at `at`. */
function valueSpan(text: string, at: number, unquotedEnd: RegExp): [from: number, to: number] {
  const opened = opensWithQuote(text, at);
  if (!opened) return [at, searchFrom(unquotedEnd, text, at)];
  const from = at + opened.escapes + 1;
  return [from, quotedEnd(text, from, opened.quote, opened.escapes)];
}

function isPlain(text: string, at: number): boolean {
  PLAIN_VALUE.lastIndex = at;
  return PLAIN_VALUE.test(text);
}

/** Names of what holds a secret, and is none: `--password-file`, `secret_env`. */
const PLACE = /[-_](?:file|env)$/i;

/** A blank between name and value makes a value only of a flag: `--api-key abc`. */
function isNamedValue(text: string, match: RegExpExecArray): boolean {
  if (PLACE.test(match[0].slice(0, match[0].length - match[1].length))) return false;
  if (/[:=]/.test(match[1])) return true;
  return /(?:^|\s)--?[\w-]{0,40}$/.test(text.slice(Math.max(0, match.index - 43), match.index));
}

type Accepts = (text: string, match: RegExpExecArray) => boolean;

/** Replaces the values that follow a name. */
function replaceValues(text: string, name: RegExp, unquotedEnd: RegExp, accepts: Accepts): string {
  const pieces: string[] = [];
  let done = 0;
  name.lastIndex = 0;
  for (let match = name.exec(text); match; match = name.exec(text)) {
    const at = match.index + match[0].length;
    if (!accepts(text, match) || isPlain(text, at)) continue;
    const [from, to] = valueSpan(text, at, unquotedEnd);
    if (to <= from) continue;
    pieces.push(text.slice(done, from), REDACTED);
    done = to;
    name.lastIndex = to;
  }
  return pieces.join("") + text.slice(done);
}

/** Text without what looks like a key, a token, a password or a login. */
export function redact(text: string): string {
  const shown = text
    .replace(PEM, REDACTED)
    .replace(USER_INFO, `://${REDACTED}@`);
  const headers = replaceValues(shown, HEADER, LINE_END, () => true);
  return replaceValues(headers, NAMED, UNQUOTED_END, isNamedValue)
    .replace(BEARER, `$1 ${REDACTED}`)
    .replace(TOKENS, REDACTED);
}
