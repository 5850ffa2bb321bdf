/** YAML of an agent's configuration, which may be crafted: bounded in size, depth and aliases. */
type Table = Record<string, unknown>;

/** What is no configuration: a reason without anything of its text, which may hold keys. */
export class YamlFault extends Error {}

/** More is no configuration that a person writes. */
const MAX_LENGTH = 512 << 10;

const MAX_DEPTH = 64;
const MAX_ALIASES = 1000;

/** Values, with those of aliases wherever they are used: a few lines of aliases can mean billions. */
const MAX_VALUES = 50_000;

/**
 * The table that a text holds; an empty one where it holds nothing. Of keys that are written twice the
 * last counts, and `<<` takes over those of another table, as for the library that Hermes reads it
 * with. Throws {@linkcode YamlFault}.
 */
export async function parseYaml(text: string): Promise<Table> {
  if (text.length > MAX_LENGTH) throw new YamlFault(`it has more than ${MAX_LENGTH} characters`);
  if (text.split("\n").every((line) => /^\s*(?:#|$)/.test(line))) return {};
  const { CORE_SCHEMA, load, mergeTag, YAMLException } = await import("js-yaml");
  let loaded: unknown;
  try {
    const limits = { maxDepth: MAX_DEPTH, maxAliases: MAX_ALIASES };
    loaded = load(text, { schema: CORE_SCHEMA.withTags(mergeTag), json: true, ...limits });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason.includes("exceeded")) throw new YamlFault(TOO_MUCH);
    const line = error.mark === undefined ? "it" : `line ${error.mark.line + 1}`;
    throw new YamlFault(`${line} is no YAML that can be read`);
  }
  if (loaded === null || loaded === undefined) return {};
  const whole = plain(loaded, { values: 0, depth: 0 });
  if (typeof whole === "object" && whole !== null && !Array.isArray(whole)) return whole as Table;
  throw new YamlFault("it is no table of settings");
}

const TOO_MUCH = "it is nested too deeply, or uses aliases without measure";

/** A value as JSON has it, each alias with what it stands for. */
function plain(value: unknown, seen: { values: number; depth: number }): unknown {
  if (++seen.values > MAX_VALUES || seen.depth > MAX_DEPTH) throw new YamlFault(TOO_MUCH);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  seen.depth++;
  const inner = Array.isArray(value)
    ? value.map((one) => plain(one, seen))
    : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one, seen)]));
  seen.depth--;
  return inner;
}
