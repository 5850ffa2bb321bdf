/** Being told when something changes in folders. */

/** A watch that goes on until it is closed. */
export interface FolderWatch {
  close(): void;
}

/**
 * Calls `onChange` whenever a name in one of some folders changes, or what it stands for; not for what
 * lies deeper. Throws when the system watches no more folders, or one is gone.
 */
export function watchFolders(folders: string[], onChange: () => void): FolderWatch {
  const watcher = Deno.watchFs(folders, { recursive: false });
  void (async () => {
    try {
      for await (const { kind } of watcher) {
        // Reading changes nothing, and a look at the folders would be told of itself for ever.
        if (kind !== "access") onChange();
      }
    } catch {
      onChange(); // it ended by itself: a look finds out what has happened
    }
  })();
  return { close: () => watcher.close() };
}
