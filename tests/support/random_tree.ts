/** Random changes to a folder, as an agent and its user make them over a day. */
import { join } from "node:path";

/** What a folder holds: kind, permissions and content of everything; times are left out. */
export type PlainTree = Map<string, string>;

/** A plain copy of a folder, by means that have nothing to do with snapshots. */
export function plainTree(folder: string): PlainTree {
  const tree: PlainTree = new Map();
  const walk = (path: string) => {
    for (const { name } of Deno.readDirSync(join(folder, path))) {
      const below = path === "" ? name : `${path}/${name}`;
      if (below === ".lifeboat") continue;
      const full = join(folder, below);
      const info = Deno.lstatSync(full);
      const mode = (info.mode! & 0o777).toString(8);
      if (info.isSymlink) tree.set(below, `link ${Deno.readLinkSync(full)}`);
      else if (info.isDirectory) {
        tree.set(below, `folder ${mode}`);
        walk(below);
      } else tree.set(below, `file ${mode} ${Deno.readTextFileSync(full)}`);
    }
  };
  walk("");
  return tree;
}

/** Changes a folder at random; the same seed makes the same changes. */
export class RandomTree {
  readonly #random: () => number;
  /** Times that a file gets so that its looks can be trusted; each is given once. */
  #oldTime = Date.UTC(2026, 0, 1);

  constructor(readonly folder: string, random: () => number) {
    this.#random = random;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #pick<T>(items: T[]): T | undefined {
    return items[this.#below(items.length)];
  }

  #path(kind?: "file" | "folder"): string | undefined {
    const paths: string[] = [];
    const walk = (folder: string) => {
      for (const { name, isDirectory, isFile } of Deno.readDirSync(this.#at(folder))) {
        const path = folder === "" ? name : `${folder}/${name}`;
        if (path === ".lifeboat") continue;
        if (!kind || (kind === "file" ? isFile : isDirectory)) paths.push(path);
        if (isDirectory) walk(path);
      }
    };
    walk("");
    return this.#pick(paths.sort());
  }

  /** A name in a folder that is there; it may be taken. */
  #place(): string {
    const folder = this.#random() < 0.4 ? undefined : this.#path("folder");
    const name = this.#pick(["a", "b", "c", "d.txt", "e.md", "f.jsonl", "g.jsonl", ".env"])!;
    return folder ? `${folder}/${name}` : name;
  }

  #at(path: string): string {
    return join(this.folder, path);
  }

  #kindOf(path: string): "file" | "folder" | "link" | undefined {
    try {
      const info = Deno.lstatSync(this.#at(path));
      return info.isSymlink ? "link" : info.isDirectory ? "folder" : "file";
    } catch {
      return undefined;
    }
  }

  #settle(path: string): void {
    if (this.#random() < 0.5) return; // looks as if it had been written just now, which it was
    const time = new Date(this.#oldTime += 60_000);
    Deno.utimeSync(this.#at(path), time, time);
  }

  #write(): void {
    const path = this.#place();
    const kind = this.#kindOf(path);
    if (kind === "folder") return;
    if (kind === "link") Deno.removeSync(this.#at(path));
    const text = `${this.#below(1000)}\n`.repeat(1 + this.#below(20));
    Deno.writeTextFileSync(this.#at(path), text);
    this.#settle(path);
  }

  /** Now and then so much that the file has several slices. */
  #append(): void {
    const path = this.#path("file");
    if (!path) return;
    const line = `${JSON.stringify({ n: this.#below(1e9) })}\n`;
    const size = Deno.statSync(this.#at(path)).size;
    const times = path.endsWith(".jsonl") && size < 6e5 && this.#random() < 0.1 ? 15_000 : 1;
    Deno.chmodSync(this.#at(path), 0o644);
    Deno.writeTextFileSync(this.#at(path), line.repeat(times), { append: true });
    this.#settle(path);
  }

  #rename(): void {
    const [from, to] = [this.#path(), this.#place()];
    if (!from || this.#kindOf(to) || `${to}/`.startsWith(`${from}/`)) return;
    Deno.renameSync(this.#at(from), this.#at(to));
  }

  #remove(): void {
    const path = this.#path();
    if (path) Deno.removeSync(this.#at(path), { recursive: true });
  }

  #chmod(): void {
    const path = this.#path();
    const kind = path && this.#kindOf(path);
    if (!path || kind === "link") return;
    const modes = kind === "folder" ? [0o700, 0o755, 0o750] : [0o600, 0o644, 0o755, 0o444];
    Deno.chmodSync(this.#at(path), this.#pick(modes)!);
  }

  #makeFolder(): void {
    const path = this.#place();
    if (!this.#kindOf(path)) Deno.mkdirSync(this.#at(path));
  }

  #link(): void {
    const path = this.#place();
    if (!this.#kindOf(path)) Deno.symlinkSync(this.#pick(["a", "../b", "none"])!, this.#at(path));
  }

  /** One change; there may be nothing to change. */
  change(): void {
    const acts: [weight: number, act: () => void][] = [
      [30, () => this.#write()],
      [20, () => this.#append()],
      [10, () => this.#rename()],
      [8, () => this.#remove()],
      [8, () => this.#chmod()],
      [14, () => this.#makeFolder()],
      [6, () => this.#link()],
    ];
    let at = this.#random() * acts.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of acts) {
      at -= weight;
      if (at < 0) return act();
    }
  }
}
