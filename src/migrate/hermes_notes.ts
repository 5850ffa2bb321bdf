/** What of Hermes' providers a person has to do. Pure. */
import type { ManualAsset } from "./asset.ts";
import { implicitEndpoint, isKnownProtocol, keyVariable, protocolOf } from "./hermes_endpoints.ts";
import { endpointIs, entriesOf, type Entry, headersOf, type Reading } from "./hermes_entries.ts";
import { KNOWN_KEYS, variableOf } from "./hermes_env.ts";
import { hermesName, isTable, providerName, type Table, tableOf, textOf } from "./hermes_names.ts";
import { plainName } from "./names.ts";

/** What of the providers a person has to do; ids are OpenClaw's. */
export function providerNotes(reading: Reading): ManualAsset[] {
  const { config, variables } = reading;
  const own = Object.keys(tableOf(config.providers)).map(hermesName);
  const entries = entriesOf(config)
    .filter(({ name, custom }) => !custom || !own.includes(hermesName(name)));
  if (isTable(config.model) && textOf(config.model.base_url, config.model.baseUrl)) {
    const named = textOf(config.model.provider);
    const name = (named && providerName(config, named, variables)) || "custom";
    entries.push({ name, table: config.model, where: "model", custom: false });
  }
  const notes = entries.flatMap((entry) => notesOf(reading, entry));
  return [...new Map(notes.map((note) => [note.id, note])).values()];
}

function notesOf(reading: Reading, { name, table, where }: Entry): ManualAsset[] {
  const notes: ManualAsset[] = [];
  const note = (what: string, message: string, recommendation: string) =>
    notes.push({
      kind: "manual",
      id: `manual:model-provider-${what}:${plainName(name)}`,
      source: `config.yaml:${where}`,
      message: `Hermes provider "${name}" ${message}`,
      recommendation,
    });
  const protocol = protocolOf(table);
  const { endpoint, unresolved } = endpointIs(reading, table);
  if (protocol && !isKnownProtocol(protocol)) {
    note("transport", "speaks a protocol that OpenClaw does not", "Find a plugin that speaks it.");
  } else if (unresolved) {
    note("endpoint-env", "has its endpoint in a variable that is not set", SET_ENDPOINT);
  } else if (!(endpoint ?? implicitEndpoint(name))) {
    note("endpoint", "has no endpoint of its own", SET_ENDPOINT);
  }
  const key = table.api_key ?? table.apiKey;
  if (textOf(key) && !variableOf(key)) {
    note("inline-key", "has its key in the configuration; it is not carried over", SET_KEY);
  }
  const { left } = headersOf(reading, table);
  if (left.has("blocked")) {
    note(
      "headers",
      "has headers, which may be secret",
      "Enter them by hand, or use --include-secrets.",
    );
  } else if (left.has("unresolved")) {
    note("headers-env", "has headers with variables that are not set", "Enter them by hand.");
  }
  if (left.has("invalid")) {
    note("headers-invalid", "has headers that are no text", "Enter them by hand.");
  }
  if (Object.keys(tableOf(table.extra_body)).length > 0) {
    note("extra-body", "adds to the body of requests", "Find an option of OpenClaw for it.");
  }
  const variable = namedKey(table);
  if (variable && !isCarried(reading, variable, name)) {
    note("key-env", `has its key in ${variable}, which is not carried over`, SET_KEY);
  }
  return notes;
}

const SET_ENDPOINT = "Set its endpoint in OpenClaw, if it needs one.";
const SET_KEY = "Enter its key in OpenClaw: openclaw models auth paste-api-key --provider NAME.";

function namedKey({ key_env, api_key_env, keyEnv, apiKeyEnv, env, api_key, apiKey }: Table) {
  return textOf(key_env, api_key_env, keyEnv, apiKeyEnv, env) ?? variableOf(api_key ?? apiKey);
}

/** Whether the key is among those that are carried over, under a name by which OpenClaw finds it. */
function isCarried({ variables }: Reading, variable: string, provider: string): boolean {
  const isSet = textOf(variables.get(variable)) !== undefined;
  return isSet && KNOWN_KEYS.has(variable) && keyVariable(provider) === variable;
}
