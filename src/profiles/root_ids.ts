/** Something of an agent's outside its home: on this machine, or in an archive. */
export interface OutsidePart {
  /** `config`, `include`, `credentials`, `workspace`, `agent`, `project`, … */
  kind: string;
  /** Absolute. */
  path: string;
  /** Of an agent's folder: whose it is. */
  agent?: string;
}

const MAX_NAME = 40;

function plainName(text: string): string {
  const name = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, MAX_NAME);
  return name.replaceAll(/^-|-$/g, "") || "folder";
}

function idOf({ kind, path, agent }: OutsidePart): string {
  if (kind === "config" || kind === "credentials") return kind;
  return `${plainName(kind)}-${plainName(agent ?? path.split(/[\\/]/).at(-1)!)}`;
}

/**
 * Ids of the roots that a home's configuration names, in the order given: by what a thing is and what its
 * folder is called, so that a foreign archive, which has no ids, gives the same as the home here, also
 * under another user's name. Of two alike, the path that sorts first has the plain id.
 */
export function rootIds(parts: OutsidePart[]): string[] {
  const taken = new Map<string, number>();
  const ids = new Map<OutsidePart, string>();
  for (const part of [...parts].sort((a, b) => a.path < b.path ? -1 : 1)) {
    const id = idOf(part);
    const count = (taken.get(id) ?? 0) + 1;
    taken.set(id, count);
    ids.set(part, count === 1 ? id : `${id}-${count}`);
  }
  return parts.map((part) => ids.get(part)!);
}
