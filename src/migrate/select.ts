/** Which items of a plan are done: `--skill`, `--plugin` and `--item` (facts C3). Pure. */
import { LifeboatError } from "../base/mod.ts";
import { type MigrationItem, REASONS, type Step } from "./item.ts";

/** What the user has chosen; nothing: everything. */
export interface Selection {
  /** Skills, by name or id. */
  skills?: string[];
  /** Plugins, by name or id: code that is installed only where it is named. */
  plugins?: string[];
  /** Exact ids of any items. */
  items?: string[];
}

/** Only skills that are copied can be chosen by name, as in OpenClaw. */
function isSelectable({ kind, action, status }: MigrationItem): boolean {
  return kind === "skill" && action === "copy" && (status === "planned" || status === "conflict");
}

function isPlugin({ kind, action }: MigrationItem): boolean {
  return kind === "plugin" && action === "install";
}

function baseName(path: string | undefined): string {
  return path?.split(/[\\/]/).at(-1) ?? "";
}

function namesOf({ id, details, source, target }: MigrationItem): string[] {
  const named = String(details?.skillName ?? details?.pluginName ?? "");
  const names = [id, id.replace(/^(?:skill|plugin):/, ""), named];
  return [...names, baseName(source), baseName(target)].map((name) => name.toLowerCase());
}

function usage(message: string, items: MigrationItem[]): LifeboatError {
  const known = items.map(({ id }) => id);
  const shown = known.length > 20
    ? [...known.slice(0, 20), `and ${known.length - 20} more`]
    : known;
  return new LifeboatError("refused", "usage", message, {
    hint: known.length > 0 ? `There are: ${shown.join(", ")}` : "There are none.",
  });
}

function theNamed(selectable: MigrationItem[], word: string, what: string): MigrationItem {
  const exact = selectable.filter(({ id }) => id.toLowerCase() === word.toLowerCase());
  const found = exact.length > 0
    ? exact
    : selectable.filter((item) => namesOf(item).includes(word.toLowerCase()));
  if (found.length === 1) return found[0];
  if (found.length > 1) throw usage(`${found.length} ${what}s are called ${word}`, found);
  throw usage(`There is no ${what} ${word} to be moved`, selectable);
}

/** What is done, and what of it was named and not only left in. */
interface Chosen {
  meant: Set<MigrationItem>;
  named: Set<MigrationItem>;
}

function chosen(items: MigrationItem[], { skills, plugins, items: ids }: Selection): Chosen {
  const selectable = items.filter(isSelectable);
  const plugged = items.filter(isPlugin);
  const skillsMeant = skills?.map((word) => theNamed(selectable, word, "skill")) ?? [];
  const named = new Set(plugins?.map((word) => theNamed(plugged, word, "plugin")));
  for (const id of ids ?? []) {
    const found = items.filter((item) => item.id === id);
    if (found.length === 0) throw usage(`There is no item ${id}`, items);
    for (const item of found) named.add(item);
  }
  if (ids !== undefined) return { named, meant: new Set([...skillsMeant, ...named]) };
  // Only skills are chosen by name: what is no skill is not meant to stay behind.
  const others = skills === undefined ? items : items.filter((item) => !isSelectable(item));
  return { named, meant: new Set([...others, ...skillsMeant]) };
}

/**
 * The steps with those that were not chosen skipped, in conflict or not. An item that is only done
 * when it is named is planned then. Throws `usage` for a word that means nothing, or several things.
 */
export function selectSteps(steps: Step[], selection: Selection): Step[] {
  const { skills, plugins, items: ids } = selection;
  if (skills === undefined && plugins === undefined && ids === undefined) return steps;
  const { meant, named } = chosen(steps.map(({ item }) => item), selection);
  return steps.map(({ item, effects }): Step => {
    if (named.has(item)) return { item: whenNamed(item, effects.length > 0), effects };
    if (meant.has(item)) return { item, effects };
    const isOpen = ["planned", "conflict", "error"].includes(item.status);
    if (!isOpen) return { item, effects: [] };
    return { item: { ...item, status: "skipped", reason: REASONS.notSelected }, effects: [] };
  });
}

function whenNamed(item: MigrationItem, canBeDone: boolean): MigrationItem {
  if (item.status !== "skipped") return item;
  if (canBeDone) return { ...item, status: "planned", reason: undefined };
  // Without its name it is passed over, since it is there; whoever names it wants it anew.
  return item.reason === REASONS.pluginExists ? { ...item, status: "conflict" } : item;
}

/** The skills that a person can choose among. */
export function selectableSkills(items: MigrationItem[]): MigrationItem[] {
  return items.filter((item) => isSelectable(item) && item.status === "planned");
}

/** The plugins that a person can choose among. */
export function selectablePlugins(items: MigrationItem[]): MigrationItem[] {
  return items.filter((item) => isPlugin(item) && item.reason === REASONS.needsName);
}
