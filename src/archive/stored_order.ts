/** The order in which archives are written: `files/`, then `extra/`, each as a walk goes. */

/** `/` comes before every other character, since a folder comes before what is in it. */
function weight(path: string, index: number): number {
  const code = path.charCodeAt(index);
  return code === 0x2f ? 0 : code;
}

/** Compares two paths below one root as a walk meets them: negative when `a` comes first. */
function compareWalked(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = weight(a, i) - weight(b, i);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Which part of an archive a stored path belongs to; within the last there is no order. */
export function partOf(path: string): number {
  if (path === "/") return 0;
  if (path.startsWith("files/")) return 1;
  return path.startsWith("extra/") ? 2 : 3;
}

/** Whether a stored path may still follow after another one has been met. */
export function mayFollow(path: string, met: string): boolean {
  const parts = partOf(path) - partOf(met);
  return parts > 0 || (parts === 0 && (partOf(path) === 3 || compareWalked(path, met) >= 0));
}
