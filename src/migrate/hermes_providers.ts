/** The model providers of Hermes' configuration, as OpenClaw has them (facts C5). Pure. */
import { apiOf, endpointIn, implicitEndpoint, openClawEndpoint } from "./hermes_endpoints.ts";
import { endpointIs, entriesOf, type Entry, headersOf, type Reading } from "./hermes_entries.ts";
import {
  isTable,
  providerInUse,
  providerName,
  type Table,
  tableOf,
  textOf,
} from "./hermes_names.ts";

/** A provider that OpenClaw can use. */
interface Provider {
  id: string;
  /** As OpenClaw writes it down. */
  value: Table;
  sensitive: boolean;
}

interface Found {
  id: string;
  endpoint: string;
  api: string;
  headers?: Record<string, string>;
  models: Table[];
  sensitive: boolean;
}

function positive(...values: unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === "number" && value > 0);
}

function limitsOf(table: Table): Table {
  const contextWindow = positive(table.context_length, table.contextLength, table.contextWindow);
  const maxTokens = positive(table.max_tokens, table.max_output_tokens, table.maxTokens);
  const vision = table.supports_vision ?? table.supportsVision;
  return {
    ...(contextWindow ? { contextWindow } : {}),
    ...(maxTokens ? { maxTokens } : {}),
    ...(typeof vision === "boolean" ? { vision } : {}),
  };
}

/** Lists of Hermes' own among its models. */
const NO_MODELS = ["__discovered_model_catalog__", "__explicit_model_allowlist__"];

function modelsOf(table: Table): Table[] {
  const { models, default_model, defaultModel, model } = table;
  const listed: [id: string | undefined, limits: Table][] = Array.isArray(models)
    ? models.map((one) => isTable(one) ? [textOf(one.id, one.name), one] : [textOf(one), {}])
    : Object.entries(tableOf(models)).filter(([id]) => !NO_MODELS.includes(id))
      .map(([id, limits]) => [id, tableOf(limits)]);
  const ofAll = limitsOf(table);
  const found = new Map<string, Table>();
  for (const [id, limits] of listed) {
    if (id) found.set(id, { id, ...ofAll, ...limitsOf(limits) });
  }
  for (const id of [textOf(default_model, defaultModel), textOf(table.default), textOf(model)]) {
    if (id && !found.has(id)) found.set(id, { id, ...ofAll });
  }
  return [...found.values()];
}

function modelIs(model: Table, api: string, baseUrl: string): Table {
  return {
    id: model.id,
    name: model.id,
    api,
    reasoning: false,
    input: model.vision ? ["text", "image"] : ["text"],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: model.contextWindow ?? 128_000,
    maxTokens: model.maxTokens ?? 8192,
    baseUrl,
    metadataSource: "models-add",
  };
}

function withModelsOf(models: Table[], more: Table[]): Table[] {
  return [...models, ...more.filter(({ id }) => !models.some((one) => one.id === id))];
}

function readEntry(reading: Reading, { name, table, custom }: Entry): Found | undefined {
  const { config, variables } = reading;
  const read = endpointIs(reading, table);
  const endpoint = read.endpoint ?? (custom ? undefined : implicitEndpoint(name));
  const api = apiOf(endpoint ? { ...table, base_url: endpoint } : table, name);
  if (!endpoint || !api) return undefined;
  const { headers } = headersOf(reading, table);
  return {
    id: providerName(config, name, variables),
    endpoint,
    api,
    headers,
    models: modelsOf(table),
    sensitive: read.sensitive || headers !== undefined,
  };
}

/** The provider that is described beside the model itself. */
function readModel(reading: Reading): Found | undefined {
  const { config, variables } = reading;
  const used = providerInUse(config);
  const isDescribed = isTable(config.model);
  const table = isDescribed ? tableOf(config.model) : {};
  const read = endpointIs(reading, table);
  const named = isDescribed ? textOf(table.provider) : used;
  const variable = endpointIn(variables, named);
  const endpoint = read.endpoint ?? variable ?? implicitEndpoint(named);
  const api = apiOf(endpoint ? { ...table, base_url: endpoint } : table, named);
  if (!endpoint || !api || (!isDescribed && !named)) return undefined;
  const { headers } = headersOf(reading, table);
  return {
    id: named ? providerName(config, named, variables) : "custom",
    endpoint,
    api,
    headers,
    models: isDescribed ? modelsOf(table) : [],
    sensitive: read.sensitive || variable !== undefined || headers !== undefined,
  };
}

/** All providers with an endpoint of their own; the model that is in use is one of theirs. */
export function providersOf(reading: Reading, modelInUse: string | undefined): Provider[] {
  const all = new Map<string, Found>();
  const add = (found: Found | undefined, isFallback: boolean) => {
    if (!found) return;
    const before = all.get(found.id);
    const models = withModelsOf(before?.models ?? [], found.models);
    all.set(found.id, {
      ...(isFallback ? { ...found, ...before } : { ...before, ...found }),
      models,
    });
  };
  for (const entry of entriesOf(reading.config)) add(readEntry(reading, entry), entry.custom);
  add(readModel(reading), false);
  const [, used, model] = /^([^/]+)\/(.+)$/s.exec(modelInUse ?? "") ?? [];
  const ofUsed = all.get(used);
  if (ofUsed) ofUsed.models = withModelsOf(ofUsed.models, [{ id: model }]);
  return [...all.values()].map((found) => ({
    id: found.id,
    value: valueOf(found),
    sensitive: found.sensitive,
  }));
}

function valueOf({ endpoint, api, headers, models }: Found): Table {
  const baseUrl = openClawEndpoint(endpoint, api);
  const all = models.length > 0 ? models : [{ id: "default" }];
  return {
    baseUrl,
    api,
    ...(headers ? { headers } : {}),
    models: all.map((model) => modelIs(model, api, baseUrl)),
  };
}
