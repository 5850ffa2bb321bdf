/** Which items of a plan are done: `--skill` and `--item` (facts C3). Pure. */
import { LifeboatError } from "../base/mod.ts";
import { type MigrationItem, REASONS, type Step } from "./item.ts";

/** What the user has chosen; nothing: everything. */
export interface Selection {
  /** Skills, by name or id. */
  skills?: string[];
  /** Exact ids of any items. */
  items?: string[];
}

/** Only skills that are copied can be chosen by name, as in OpenClaw. */
function isSelectable({ kind, action, status }: MigrationItem): boolean {
  return kind === "skill" && action === "copy" && (status === "planned" || status === "conflict");
}

function baseName(path: string | undefined): string {
  return path?.split(/[\\/]/).at(-1) ?? "";
}

function namesOf({ id, details, source, target }: MigrationItem): string[] {
  const names = [id, id.replace(/^skill:/, ""), String(details?.skillName ?? "")];
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

function skillNamed(items: MigrationItem[], word: string): MigrationItem {
  const selectable = items.filter(isSelectable);
  const exact = selectable.filter(({ id }) => id.toLowerCase() === word.toLowerCase());
  const found = exact.length > 0
    ? exact
    : selectable.filter((item) => namesOf(item).includes(word.toLowerCase()));
  if (found.length === 1) return found[0];
  if (found.length > 1) throw usage(`${found.length} skills are called ${word}`, found);
  throw usage(`There is no skill ${word} to be moved`, selectable);
}

function chosen(items: MigrationItem[], { skills, items: ids }: Selection): Set<MigrationItem> {
  const named = new Set(skills?.map((word) => skillNamed(items, word)));
  if (ids === undefined) {
    // Only skills are chosen by name: what is no skill is not meant to stay behind.
    return new Set(items.filter((item) => !isSelectable(item) || named.has(item)));
  }
  for (const id of ids) {
    const found = items.filter((item) => item.id === id);
    if (found.length === 0) throw usage(`There is no item ${id}`, items);
    for (const item of found) named.add(item);
  }
  return named;
}

/**
 * The steps with those that were not chosen skipped, in conflict or not. An item that is only done
 * when it is named is planned then. Throws `usage` for a word that means nothing, or several skills.
 */
export function selectSteps(steps: Step[], selection: Selection): Step[] {
  const { skills, items: ids } = selection;
  if (skills === undefined && ids === undefined) return steps;
  const meant = chosen(steps.map(({ item }) => item), selection);
  return steps.map(({ item, effects }): Step => {
    if (meant.has(item)) {
      const isNamed = ids?.includes(item.id) && effects.length > 0 && item.status === "skipped";
      return { item: isNamed ? { ...item, status: "planned", reason: undefined } : item, effects };
    }
    const isOpen = ["planned", "conflict", "error"].includes(item.status);
    if (!isOpen) return { item, effects: [] };
    return { item: { ...item, status: "skipped", reason: REASONS.notSelected }, effects: [] };
  });
}

/** The skills that a person can choose among. */
export function selectableSkills(items: MigrationItem[]): MigrationItem[] {
  return items.filter((item) => isSelectable(item) && item.status === "planned");
}
