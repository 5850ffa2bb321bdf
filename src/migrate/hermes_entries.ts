/** Where Hermes' configuration describes providers, and what in it may be a secret. Pure. */
import { filled, hasReferences, type Variables } from "./hermes_env.ts";
import { customProviders, endpointOf, isTable, type Table, tableOf } from "./hermes_names.ts";
import { openUrl } from "./mcp.ts";

/** What providers are read from. */
export interface Reading {
  config: Table;
  variables: Variables;
  includeSecrets: boolean;
}

/** A provider's table, and where it stands. */
export interface Entry {
  name: string;
  table: Table;
  where: string;
  custom: boolean;
}

/** All of them, in the order that counts. */
export function entriesOf(config: Table): Entry[] {
  const named = Object.entries(tableOf(config.providers)).filter(([, one]) => isTable(one));
  return [
    ...named.map(([name, table]) => ({
      name,
      table: tableOf(table),
      where: `providers.${name}`,
      custom: false,
    })),
    ...customProviders(config).map(([name, table]) => {
      return { name, table, where: `custom_providers.${name}`, custom: true };
    }),
  ];
}

/** An endpoint with its variables put in, and without a user's name and password. */
export function endpointIs({ variables, includeSecrets }: Reading, table: Table) {
  const written = endpointOf(table);
  if (written === undefined) return { sensitive: false, unresolved: false };
  const full = filled(written, variables);
  const endpoint = typeof full === "string" ? full : undefined;
  const open = endpoint === undefined || includeSecrets ? endpoint : openUrl(endpoint, []);
  return {
    endpoint: open,
    sensitive: hasReferences(written) ||
      (includeSecrets && openUrl(endpoint ?? "", []) !== endpoint),
    unresolved: endpoint === undefined,
  };
}

/** Headers, which count as secrets whatever they are; `left`: why some are not there. */
export function headersOf({ variables, includeSecrets }: Reading, { extra_headers }: Table) {
  const headers: Record<string, string> = {};
  const left = new Set<"blocked" | "unresolved" | "invalid">();
  for (const [name, value] of Object.entries(tableOf(extra_headers))) {
    if (value === null) continue;
    if (typeof value === "object") left.add("invalid");
    else if (!includeSecrets) left.add("blocked");
    else {
      const full = filled(String(value), variables);
      if (typeof full === "string") headers[name] = full;
      else left.add("unresolved");
    }
  }
  return { headers: Object.keys(headers).length > 0 ? headers : undefined, left };
}
