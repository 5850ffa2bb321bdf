/** Which tools of an MCP server may be used, as Hermes says it and as OpenClaw does (facts C5). Pure. */
import { isTable, type Table } from "./hermes_names.ts";

/** Names of tools; undefined where they are no list of names. */
export function toolsIn(value: unknown): string[] | undefined {
  if (typeof value === "string") return value.trim() ? [value.trim()] : [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) return undefined;
  return [...new Set(value.map((one) => one.trim()).filter(Boolean))];
}

/** OpenClaw has only `*` in names of tools. */
export function isForeignPattern(tool: string): boolean {
  return /[?[]/.test(tool);
}

/** Tools that Hermes makes of resources and prompts of a server. */
const OF_RESOURCES = ["resources_list", "resources_read"];
const OF_PROMPTS = ["prompts_list", "prompts_get"];

function truth(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (["true", "1", "yes", "on"].includes(word)) return true;
  return ["false", "0", "no", "off"].includes(word) ? false : undefined;
}

/** OpenClaw's filter of a server's tools. */
export function toolFilterOf(raw: Table): Table | undefined {
  const direct = isTable(raw.toolFilter) ? raw.toolFilter : raw.tool_filter;
  if (isTable(direct)) return filterOf(toolsIn(direct.include), toolsIn(direct.exclude) ?? []);
  if (!isTable(raw.tools)) return undefined;
  const { tools } = raw;
  const [resources, prompts] = [truth(tools.resources) !== false, truth(tools.prompts) !== false];
  const include = toolsIn(tools.include);
  if (!include) {
    const off = [...(resources ? [] : OF_RESOURCES), ...(prompts ? [] : OF_PROMPTS)];
    return filterOf(undefined, [...toolsIn(tools.exclude) ?? [], ...off]);
  }
  const allowed = [
    ...include.filter((tool) => !isForeignPattern(tool)),
    ...(resources ? OF_RESOURCES : []),
    ...(prompts ? OF_PROMPTS : []),
  ];
  return allowed.length > 0 ? { include: allowed } : { exclude: ["*"] };
}

function filterOf(include: string[] | undefined, exclude: string[]): Table | undefined {
  if (include && include.length > 0) return { include };
  return exclude.length > 0 ? { exclude } : undefined;
}

/** Whether rules for tools say something that OpenClaw has no word for. */
export function hasForeignRules(
  { include, exclude, resources, prompts, ...others }: Table,
): boolean {
  return Object.keys(others).length > 0 ||
    (include !== undefined && !toolsIn(include)) || (exclude !== undefined && !toolsIn(exclude)) ||
    [resources, prompts].some((one) => one !== undefined && truth(one) === undefined);
}
