/**
 * A library of the system that may not be there, or not have what is asked of it: opened at the first
 * use and kept.
 *
 * @param open gives null where it is not to be tried
 */
export function optionalLibrary<Symbols>(open: () => Symbols | null): () => Symbols | null {
  let loaded: Symbols | null | undefined;
  return () => {
    if (loaded !== undefined) return loaded;
    try {
      loaded = open();
    } catch {
      loaded = null;
    }
    return loaded;
  };
}
