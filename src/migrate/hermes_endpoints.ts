/** Where Hermes reaches a provider, by which protocol, and which variables say so (facts C5). Pure. */
import type { Variables } from "./hermes_env.ts";
import { endpointOf, hermesName, openClawName, type Table, textOf } from "./hermes_names.ts";

/** OpenClaw's name of each protocol that Hermes knows. */
const PROTOCOLS = new Map([
  ["anthropic_messages", "anthropic-messages"],
  ["chat_completions", "openai-completions"],
  ["codex_responses", "openai-responses"],
  ["openai_chat", "openai-completions"],
]);

const PROTOCOL_ALIASES = new Map([
  ...["openai", "openai-chat", "chat-completions", "chatcompletions"]
    .map((alias) => [alias, "chat_completions"] as const),
  ...["responses", "openai_responses", "openai-responses"]
    .map((alias) => [alias, "codex_responses"] as const),
  ...["anthropic", "anthropic-messages", "messages"]
    .map((alias) => [alias, "anthropic_messages"] as const),
]);

/** The protocol that a provider's table names, in Hermes' words. */
export function protocolOf({ api_mode, apiMode, transport }: Table): string | undefined {
  const named = textOf(api_mode, apiMode, transport)?.toLowerCase();
  return named && (PROTOCOL_ALIASES.get(named) ?? named);
}

/** Whether OpenClaw has that protocol. */
export function isKnownProtocol(protocol: string): boolean {
  return PROTOCOLS.has(protocol);
}

/** Of names that stand for a certain endpoint, though OpenClaw's name of them is another's, too. */
const SPECIAL_URLS: Record<string, string[]> = {
  custom: ["CUSTOM_BASE_URL", "OPENAI_BASE_URL"],
  "openai-api": ["OPENAI_BASE_URL"],
  "xai-oauth": ["HERMES_XAI_BASE_URL", "XAI_BASE_URL"],
  "qwen-oauth": ["HERMES_QWEN_BASE_URL"],
  "qwen-cli": ["HERMES_QWEN_BASE_URL"],
  "qwen-portal": ["HERMES_QWEN_BASE_URL"],
  "minimax-cn": ["MINIMAX_CN_BASE_URL"],
  "alibaba-coding-plan": ["ALIBABA_CODING_PLAN_BASE_URL"],
};

/** Variables called otherwise than the provider. */
const ODD_URLS: Record<string, string> = {
  google: "GEMINI",
  huggingface: "HF",
  lmstudio: "LM",
  "ollama-cloud": "OLLAMA",
  opencode: "OPENCODE_ZEN",
  qwen: "DASHSCOPE",
  "tencent-tokenhub": "TOKENHUB",
  zai: "GLM",
};

const PLAIN_URLS =
  ("anthropic arcee azure-foundry deepseek gmi kilocode kimi minimax novita nvidia opencode-go " +
    "openrouter stepfun xai xiaomi").split(" ");

function shouted(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

/** The endpoint of a provider that a variable names. */
export function endpointIn(variables: Variables, provider: string | undefined): string | undefined {
  if (provider === undefined) return undefined;
  const id = openClawName(provider);
  const plain = PLAIN_URLS.includes(id) ? shouted(id) : ODD_URLS[id];
  const names = SPECIAL_URLS[hermesName(provider)] ?? (plain ? [`${plain}_BASE_URL`] : []);
  return textOf(...names.map((name) => variables.get(name)));
}

const SPECIAL_KEYS: Record<string, string> = {
  custom: "OPENAI_API_KEY",
  "openai-api": "OPENAI_API_KEY",
  "minimax-cn": "MINIMAX_CN_API_KEY",
  "alibaba-coding-plan": "ALIBABA_CODING_PLAN_API_KEY",
};

const ODD_KEYS: Record<string, string> = {
  arcee: "ARCEEAI",
  lmstudio: "LM",
  opencode: "OPENCODE_ZEN",
  qwen: "DASHSCOPE",
};

const PLAIN_KEYS =
  ("anthropic deepseek google huggingface kilocode kimi minimax nvidia opencode-go openrouter " +
    "stepfun xai xiaomi zai").split(" ");

/** The variable that holds a provider's key when its table names none. */
export function keyVariable(provider: string): string | undefined {
  const id = openClawName(provider);
  const plain = PLAIN_KEYS.includes(id) ? shouted(id) : ODD_KEYS[id];
  return SPECIAL_KEYS[hermesName(provider)] ?? (plain ? `${plain}_API_KEY` : undefined);
}

const DASHSCOPE = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1";
const MOONSHOT_CHINA = "https://api.moonshot.cn/v1";
const MINIMAX_CHINA = "https://api.minimaxi.com/anthropic";

/** Endpoints that Hermes has for a name, and OpenClaw another for its own of it. */
const IMPLICIT = new Map([
  ...["alibaba", "alibaba-cloud", "aliyun", "dashscope"].map((id) => [id, DASHSCOPE] as const),
  ...["kimi-coding-cn", "kimi-cn", "moonshot-cn"].map((id) => [id, MOONSHOT_CHINA] as const),
  ...["minimax-cn", "minimax-china", "minimax_cn"].map((id) => [id, MINIMAX_CHINA] as const),
]);

/** The endpoint that a provider has by its name alone. */
export function implicitEndpoint(provider: string | undefined): string | undefined {
  return IMPLICIT.get(provider?.trim().toLowerCase() ?? "");
}

const CHATGPT = "openai-chatgpt-responses";

/** The protocol of a provider in OpenClaw's words; undefined where it has none. */
export function apiOf(table: Table, provider: string | undefined): string | undefined {
  const protocol = protocolOf(table);
  const source = provider?.trim().toLowerCase() ?? "";
  if (source === "openai-codex") return CHATGPT;
  if (protocol && protocol !== "codex_responses") return PROTOCOLS.get(protocol);
  if (protocol && source !== "custom") return "openai-responses";
  const url = URL.parse(endpointOf(table) ?? "");
  const [hostname, path] = [
    url?.hostname ?? "",
    url?.pathname.toLowerCase().replace(/\/+$/, "") ?? "",
  ];
  const id = source ? openClawName(source) : "";
  const isAnthropic = ["anthropic", "minimax"].includes(id) ||
    hostname === "api.anthropic.com" ||
    (hostname === "api.kimi.com" && /^\/coding(?:\/|$)/.test(path)) ||
    /\/anthropic(?:\/v1)?$/.test(path);
  if (isAnthropic) return "anthropic-messages";
  if (hostname === "chatgpt.com" && path.includes("/backend-api/codex")) return CHATGPT;
  const hasResponses = source === "openai-api" || protocol !== undefined || id === "xai" ||
    ["api.x.ai", "api.openai.com"].includes(hostname);
  return hasResponses ? "openai-responses" : "openai-completions";
}

/** An endpoint as OpenClaw wants it: it adds `/v1` to Anthropic's by itself. */
export function openClawEndpoint(endpoint: string, api: string): string {
  const url = api === "anthropic-messages" ? URL.parse(endpoint) : null;
  if (!url) return endpoint;
  url.pathname = url.pathname.replace(/\/v1\/?$/, "");
  return url.href.replace(/\/$/, "");
}
