import { rootIds } from "../../profiles/mod.ts";
import { HOME_ROOT } from "../manifest.ts";
import type { Asset, ForeignManifest } from "./manifest.ts";

/** Where a member of a foreign archive belongs. */
export interface Place {
  root: string;
  /** Below the root; empty for the root itself. */
  path: string;
}

/** The roots of a foreign archive, and where in them each of its members belongs. */
export interface Places {
  /** Outside the home, by id. */
  roots: Map<string, Asset>;
  /** Undefined for what no asset holds. */
  placeOf(member: string): Place | undefined;
}

/** What is left of a path below a folder: empty for the folder itself, undefined outside it. */
export function below(path: string, folder: string): string | undefined {
  if (path === folder) return "";
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

/** Each asset with the root it belongs to, those of the home and of outer assets included. */
function assign({ assets, stateDir }: ForeignManifest) {
  const outside = assets.filter(({ source }) => below(source, stateDir) === undefined);
  const outer = outside.filter((one) =>
    !outside.some((other) => other !== one && below(one.source, other.source))
  );
  const ids = rootIds(
    outer.map(({ kind, source, agent }) => ({ kind, path: source, agent })),
  );
  const roots = new Map(outer.map((asset, index) => [ids[index], asset]));
  const placed = assets.map((asset): { asset: Asset } & Place => {
    const inHome = below(asset.source, stateDir);
    if (inHome !== undefined) return { asset, root: HOME_ROOT, path: inHome };
    const [root, folder] = [...roots].find(([, { source }]) =>
      below(asset.source, source) !== undefined
    )!;
    return { asset, root, path: below(asset.source, folder.source)! };
  });
  return { roots, placed };
}

/**
 * Decides by the assets, not by paths in the archive, to which root a member belongs. What lies in
 * the state folder belongs to the home, whatever asset it came with.
 */
export function placesOf(manifest: ForeignManifest): Places {
  const { roots, placed } = assign(manifest);
  // The innermost asset first, so that the state folder in a workspace stays the state folder.
  placed.sort((a, b) => b.asset.member.length - a.asset.member.length);
  return {
    roots,
    placeOf(member) {
      for (const { asset, root, path } of placed) {
        const rest = below(member, asset.member);
        if (rest !== undefined) return { root, path: [path, rest].filter(Boolean).join("/") };
      }
      return undefined;
    },
  };
}
