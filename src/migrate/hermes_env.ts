/** Hermes' file of environment variables, and what refers to it. Pure. */

/** Variables and their values. */
export type Variables = Map<string, string>;

/** Variables that hold the keys of providers (facts C5: about 45 of them). */
const KEYS = (
  "OPENAI ANTHROPIC OPENROUTER GOOGLE GEMINI GROQ XAI MISTRAL DEEPSEEK ZAI Z_AI GLM KIMI KIMICODE " +
  "KIMI_CODING MOONSHOT KIMI_CN MINIMAX MINIMAX_CN MINIMAX_CODING DASHSCOPE QWEN MODELSTUDIO " +
  "KILOCODE AI_GATEWAY TOGETHER FIREWORKS DEEPINFRA CEREBRAS NVIDIA VENICE XIAOMI ALIBABA " +
  "ALIBABA_CODING_PLAN ARCEEAI CHUTES CLOUDFLARE_AI_GATEWAY QIANFAN OPENCODE OPENCODE_ZEN OPENCODE_GO"
).split(" ").map((name) => `${name}_API_KEY`);

const TOKENS = [
  "HF_TOKEN",
  "HUGGINGFACE_HUB_TOKEN",
  "COPILOT_GITHUB_TOKEN",
  "GH_TOKEN",
  "GITHUB_TOKEN",
];

/** The variables that are carried over. */
export const KNOWN_KEYS = new Set([...KEYS, ...TOKENS]);

/** The variables of a file of environment variables; the last of several alike counts. */
export function parseEnvFile(text: string): Variables {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    const quoted = /^(["'])(.*)\1$/.exec(value);
    found.set(name, quoted ? quoted[2] : value.replace(/\s+#.*$/, ""));
  }
  return found;
}

const REFERENCE = /\$\{([^}]+)\}/g;

/** The variable that a reference names: `NAME`, or `env:NAME`. */
function nameIn(reference: string): string {
  return reference.trim().replace(/^env:/, "").trim();
}

/** The variable that a value stands for as a whole: `${NAME}`. */
export function variableOf(value: unknown): string | undefined {
  const [, inner] = typeof value === "string" ? /^\$\{([^}]+)\}$/.exec(value.trim()) ?? [] : [];
  return inner === undefined ? undefined : nameIn(inner) || undefined;
}

/** Whether a value refers to variables anywhere in it. */
export function hasReferences(value: unknown): boolean {
  if (typeof value === "string") return value.search(REFERENCE) >= 0;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasReferences);
}

/** A value with variables put in; undefined where one of them is not known. */
export function filled(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") {
    const isKnown = [...value.matchAll(REFERENCE)].every(([, name]) => variables.has(nameIn(name)));
    if (!isKnown) return undefined;
    return value.replaceAll(REFERENCE, (_, name) => variables.get(nameIn(name))!);
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const all = value.map((one) => filled(one, variables));
    return all.includes(undefined) ? undefined : all;
  }
  const all = Object.entries(value).map(([key, one]) => [key, filled(one, variables)] as const);
  return all.some(([, one]) => one === undefined) ? undefined : Object.fromEntries(all);
}
