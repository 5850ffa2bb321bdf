/** What Hermes calls providers and models, and what OpenClaw does (facts C5). Pure. */
import type { Variables } from "./hermes_env.ts";

/** A table of Hermes' configuration. */
export type Table = Record<string, unknown>;

/** A value as a table; an empty one where it is none. */
export function tableOf(value: unknown): Table {
  return isTable(value) ? value : {};
}

/** Whether a value is a table. */
export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first of some settings that is a text, without blanks around it. */
export function textOf(...values: unknown[]): string | undefined {
  const texts = values.map((value) => typeof value === "string" ? value.trim() : "");
  return texts.find((text) => text !== "");
}

/** OpenClaw's name of a provider, and those that Hermes has for it. */
const ALIASES: [id: string, aliases: string][] = [
  ["amazon-bedrock", "bedrock"],
  ["anthropic", "claude claude-code"],
  ["github-copilot", "copilot github github-model github-models"],
  ["google", "gemini google-ai-studio google-gemini"],
  ["google-vertex", "vertex"],
  ["kilocode", "kilo kilo-code kilo-gateway"],
  ["kimi", "kimi-for-coding kimi-coding"],
  ["microsoft-foundry", "azure-foundry"],
  ["minimax", "minimax-cn"],
  ["minimax-portal", "minimax-global minimax-oauth minimax_oauth"],
  ["moonshot", "kimi-cn kimi-coding-cn moonshot-cn"],
  ["openai", "openai-api openai-codex"],
  ["opencode", "opencode-zen zen"],
  [
    "qwen",
    "alibaba alibaba-cloud alibaba-coding alibaba-coding-plan alibaba_coding alibaba_coding_plan " +
    "aliyun dashscope qwen-cli qwen-oauth qwen-portal",
  ],
  ["xai", "grok x-ai x-ai-oauth x.ai xai-grok-oauth xai-oauth grok-oauth"],
  ["zai", "glm z-ai z.ai zhipu"],
];

const IDS = new Map(
  ALIASES.flatMap(([id, aliases]) => aliases.split(" ").map((alias) => [alias, id] as const)),
);

/** Logins that OpenClaw cannot use any more. */
const RETIRED_QWEN = ["qwen-cli", "qwen-oauth", "qwen-portal"];

/** Names of Hermes' own: a provider that the user has called so is none of theirs. */
const OWN = new Set([
  ...("alibaba alibaba-coding-plan anthropic arcee azure-foundry bedrock copilot copilot-acp " +
    "deepseek fireworks github-copilot gemini gmi huggingface kilo kilocode kimi-coding " +
    "kimi-coding-cn kimi-for-coding lmstudio minimax minimax-cn minimax-oauth moa nous novita " +
    "nvidia ollama-cloud openai-api openai-codex opencode opencode-go opencode-zen openrouter " +
    "stepfun tencent-tokenhub vertex xai xai-oauth xiaomi zai").split(" "),
  ...RETIRED_QWEN,
]);

/** Names of Kimi, which is another provider by the endpoint or the key. */
const KIMI = ["kimi", "kimi-coding", "kimi-for-coding", "moonshot"];

/** A provider's name as Hermes compares it. */
export function hermesName(name: string): string {
  return name.trim().toLowerCase().replace(/^custom:/, "").replaceAll(" ", "-");
}

/** A provider's name in OpenClaw, by the name alone. */
export function openClawName(name: string): string {
  const own = hermesName(name);
  return IDS.get(own) ?? own;
}

/** An endpoint, under any of the names it has in Hermes. */
export function endpointOf({ base_url, baseUrl, url, api }: Table): string | undefined {
  return textOf(base_url, baseUrl, url, api);
}

/** Names of the providers in `custom_providers`, each with its table. */
export function customProviders({ custom_providers }: Table): [name: string, provider: Table][] {
  if (!Array.isArray(custom_providers)) return [];
  return custom_providers.filter(isTable).flatMap((one): [string, Table][] => {
    const name = textOf(one.name, one.id);
    return name === undefined ? [] : [[name, one]];
  });
}

/** The name of the provider that is in use. */
export function providerInUse(config: Table): string | undefined {
  return textOf(tableOf(config.model).provider, config.provider);
}

function isUsersOwn(config: Table, name: string): boolean {
  const own = hermesName(name);
  if (OWN.has(own)) return false;
  const named = [
    ...Object.keys(tableOf(config.providers)),
    ...customProviders(config).map(([one]) => one),
  ];
  return named.some((one) => hermesName(one) === own);
}

function kimiEndpoint(config: Table, name: string, variables: Variables): string | undefined {
  const used = providerInUse(config);
  const ofModel = used && KIMI.includes(hermesName(used)) && endpointOf(tableOf(config.model));
  const ofProvider = Object.entries(tableOf(config.providers))
    .filter(([one]) => hermesName(one) === name)
    .map(([, provider]) => endpointOf(tableOf(provider)));
  return ofModel || textOf(...ofProvider, variables.get("KIMI_BASE_URL"));
}

function kimiName(config: Table, name: string, variables: Variables): string {
  const endpoint = kimiEndpoint(config, name, variables);
  if (endpoint === undefined) {
    const key = textOf(variables.get("KIMI_API_KEY"), variables.get("KIMI_CODING_API_KEY"));
    return key?.startsWith("sk-kimi-") ? "kimi" : "moonshot";
  }
  const url = URL.parse(endpoint);
  const path = url?.pathname.toLowerCase().replace(/\/+$/, "");
  if (url?.hostname === "api.kimi.com" && /^\/coding(?:\/v1)?$/.test(path!)) return "kimi";
  if (url?.hostname === "api.moonshot.ai") return "moonshot";
  return openClawName(name) === "moonshot" ? "moonshot" : "kimi";
}

/** A provider's name in OpenClaw. */
export function providerName(config: Table, name: string, variables: Variables): string {
  if (isUsersOwn(config, name)) return hermesName(name);
  const own = hermesName(name);
  return KIMI.includes(own) ? kimiName(config, own, variables) : openClawName(name);
}

/** Provider and rest of `provider/model`. */
function splitModel(model: string): [provider: string, rest: string] | undefined {
  const slash = model.indexOf("/");
  return slash > 0 ? [model.slice(0, slash), model.slice(slash + 1)] : undefined;
}

function isRetired(name: string | undefined): boolean {
  return name !== undefined && RETIRED_QWEN.includes(hermesName(splitModel(name)?.[0] ?? name));
}

/** Whether it works with a login of Qwen that OpenClaw cannot use. */
export function usesRetiredQwen(config: Table): boolean {
  const { provider, model, default_model, model_name } = config;
  const inTable = tableOf(model);
  return [
    provider,
    model,
    inTable.provider,
    inTable.default,
    inTable.model,
    default_model,
    model_name,
  ]
    .some((one) => isRetired(textOf(one)));
}

/** The model that Hermes uses, as OpenClaw names it: `provider/model`. */
export function modelInUse(config: Table, variables: Variables): string | undefined {
  const { model } = config;
  if (!isTable(model)) {
    const named = textOf(model, config.default_model, config.model_name);
    return named && joined(config, textOf(config.provider), named, variables);
  }
  const named = textOf(model.default, model.model);
  const provider = textOf(model.provider, textOf(model.base_url, model.baseUrl) && "custom");
  return named && joined(config, provider, named, variables);
}

function joined(
  config: Table,
  provider: string | undefined,
  model: string,
  variables: Variables,
): string {
  const parts = splitModel(model);
  if (provider === undefined) return parts && isRetired(model) ? `qwen/${parts[1]}` : model;
  if (provider.toLowerCase() === "auto") {
    return parts ? `${providerName(config, parts[0], variables)}/${parts[1]}` : model;
  }
  const name = providerName(config, provider, variables);
  if (parts) {
    const own = isUsersOwn(config, provider)
      ? hermesName(parts[0])
      : providerName(config, parts[0], variables);
    if (own === name) return `${name}/${parts[1]}`;
  }
  return `${name}/${model}`;
}
