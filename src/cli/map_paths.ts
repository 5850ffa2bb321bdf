import { LifeboatError } from "../base/mod.ts";
import { type PathMapping, pathMapping } from "../sessions/mod.ts";

/** What `--map-path` says. */
export interface MapPaths {
  mapPaths: PathMapping[];
  /** Not after `--map-path none`. */
  offerMappings: boolean;
}

const NONE = "none";

/** `OLD=NEW`; a path may have an equals sign in it, so both sides must be paths. */
function parsePair(pair: string): PathMapping {
  for (let at = pair.indexOf("="); at >= 0; at = pair.indexOf("=", at + 1)) {
    const mapping = pathMapping(pair.slice(0, at), pair.slice(at + 1));
    if (mapping) return mapping;
  }
  throw new LifeboatError("refused", "usage", `--map-path ${pair} does not name two folders`, {
    hint: "Write it so, both absolute: --map-path /home/old/project=/home/new/project",
  });
}

/** Reads `--map-path`, repeated. Throws `usage`. */
export function parseMapPaths(pairs: string[] = []): MapPaths {
  const named = pairs.filter((pair) => pair !== NONE);
  const mapPaths = named.map(parsePair);
  const twice = mapPaths.find(({ from }, index) =>
    mapPaths.findIndex((other) => other.from === from) !== index
  );
  if (twice) {
    throw new LifeboatError("refused", "usage", `--map-path names ${twice.from} twice`, {
      hint: "Say once where it lies now.",
    });
  }
  return { mapPaths, offerMappings: named.length === pairs.length };
}
