import { describeError, isNotFound, LifeboatError } from "./errors.ts";
import { readText } from "./files.ts";
import type { Host } from "./host.ts";
import { pathsOf } from "./paths.ts";

const MAX_CONFIG_BYTES = 1 << 20;

/** What one setting may be. Sizes are bytes, or a text such as `5 GB`. */
export type SettingKind = "text" | "size" | "texts";

/** The values of the kinds of settings. */
interface SettingValues {
  text: string;
  size: number;
  texts: string[];
}

/** The settings of a section, each by its name. */
export type Settings<Kinds extends Record<string, SettingKind>> = {
  [Name in keyof Kinds]?: SettingValues[Kinds[Name]];
};

/** Where the configuration lies: `LIFEBOAT_CONFIG`, or `config.toml` in Lifeboat's own folder. */
export function configPath({ env, folders, platform }: Host): string {
  return env.LIFEBOAT_CONFIG || pathsOf(platform).join(folders.config, "config.toml");
}

function badConfig(where: string, reason: string, cause?: unknown): LifeboatError {
  return new LifeboatError("refused", "bad_config", `${where}: ${reason}`, {
    hint: "Correct the setting; what may stand there is in the README.",
    cause,
  });
}

async function readSection(host: Host, section: string): Promise<Record<string, unknown>> {
  const path = configPath(host);
  let text: string;
  try {
    text = readText(host.fs, path, MAX_CONFIG_BYTES);
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
  const { parse } = await import("smol-toml"); // hooks read settings, and seldom are there any
  try {
    const table = parse(text)[section] ?? {};
    if (typeof table === "object" && !Array.isArray(table)) return table as Record<string, unknown>;
  } catch (error) {
    throw badConfig(path, describeError(error), error);
  }
  throw badConfig(path, `[${section}] must be a table`);
}

const UNITS: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes out of `5 GB`, `300kB` or `1000`; undefined when it is no size. */
export function parseSize(text: string): number | undefined {
  const [, count, unit = "B"] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/i.exec(text.trim()) ?? [];
  return count === undefined ? undefined : Math.round(Number(count) * UNITS[unit.toUpperCase()]);
}

/** A value as its kind wants it; undefined when it is none. */
const READERS: { [Kind in SettingKind]: (value: unknown) => SettingValues[Kind] | undefined } = {
  text: (value) => typeof value === "string" && value !== "" ? value : undefined,
  size(value) {
    if (typeof value === "number") {
      return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
    }
    return typeof value === "string" ? parseSize(value) : undefined;
  },
  texts: (value) =>
    Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined,
};

const WANTED: Record<SettingKind, string> = {
  text: "a text that is not empty",
  size: 'a number of bytes, or a text such as "5 GB"',
  texts: "a list of texts",
};

/**
 * The settings of a section of the configuration that are set. `LIFEBOAT_<SECTION>_<NAME>` in the
 * environment comes first; a list there is separated by commas. Throws `bad_config`.
 *
 * @param kinds the settings of the section; any other is refused, since a wrong name has no effect
 */
export async function readSettings<const Kinds extends Record<string, SettingKind>>(
  host: Host,
  section: string,
  kinds: Kinds,
): Promise<Settings<Kinds>> {
  const table = await readSection(host, section);
  const unknown = Object.keys(table).find((name) => !Object.hasOwn(kinds, name));
  if (unknown !== undefined) {
    const known = Object.keys(kinds).join(", ");
    throw badConfig(configPath(host), `${section}.${unknown} is unknown; known here: ${known}`);
  }
  const settings: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const variable = `LIFEBOAT_${section}_${name}`.toUpperCase();
    const set = host.env[variable];
    const given = set ? (kind === "texts" ? set.split(",") : set) : table[name];
    if (given === undefined) continue;
    const value = READERS[kind](given);
    const where = set ? variable : `${configPath(host)}, ${section}.${name}`;
    if (value === undefined) throw badConfig(where, `must be ${WANTED[kind]}`);
    settings[name] = value;
  }
  return settings as Settings<Kinds>;
}
