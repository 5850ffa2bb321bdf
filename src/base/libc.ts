/**
 * The one thing Deno cannot tell: `readDir` leaves out names that are not UTF-8, without a word
 * (tried with 2.6.8 to 2.7.14), or mangles them (2.9.6). The C library lists them, so that nothing
 * is lost quietly.
 */
import { escapeBytes } from "./bytes_name.ts";
import { optionalLibrary } from "./optional_library.ts";

interface Dirent {
  library: string;
  readdir: string;
  /** Where the name starts in `struct dirent`, bytes. */
  nameOffset: number;
}

const DIRENTS: Record<string, Dirent> = {
  "linux-x86_64": { library: "libc.so.6", readdir: "readdir", nameOffset: 19 },
  "linux-aarch64": { library: "libc.so.6", readdir: "readdir", nameOffset: 19 },
  "darwin-x86_64": {
    library: "/usr/lib/libSystem.B.dylib",
    readdir: "readdir$INODE64",
    nameOffset: 21,
  },
  "darwin-aarch64": { library: "/usr/lib/libSystem.B.dylib", readdir: "readdir", nameOffset: 21 },
};

/**
 * Not on Windows, where names are never bytes; with another C library (musl) names are listed as Deno
 * lists them.
 */
const library = optionalLibrary(() => {
  const dirent = DIRENTS[`${Deno.build.os}-${Deno.build.arch}`];
  if (!dirent) return null;
  const { symbols } = Deno.dlopen(dirent.library, {
    opendir: { parameters: ["buffer"], result: "pointer" },
    readdir: { name: dirent.readdir, parameters: ["pointer"], result: "pointer" },
    closedir: { parameters: ["pointer"], result: "i32" },
  });
  return { dirent, symbols };
});

/** `d_reclen`, the size of the whole record, stands at the same place on all of these systems. */
const RECORD_LENGTH_OFFSET = 16;

function nameAt(entry: Deno.PointerObject, offset: number): Uint8Array {
  const view = new Deno.UnsafePointerView(entry);
  const room = view.getUint16(RECORD_LENGTH_OFFSET) - offset;
  const bytes = new Uint8Array(view.getArrayBuffer(room, offset));
  return bytes.slice(0, bytes.indexOf(0));
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function isUtf8(name: Uint8Array): boolean {
  try {
    decoder.decode(name);
    return true;
  } catch {
    return false;
  }
}

/** The names in a folder that are not UTF-8, escaped as `\xNN`; sorted. */
export function listLostNames(path: string): string[] {
  const lib = library();
  const folder = lib?.symbols.opendir(new TextEncoder().encode(path + "\0"));
  if (!lib || !folder) return [];
  const lost: string[] = [];
  try {
    for (let entry = lib.symbols.readdir(folder); entry; entry = lib.symbols.readdir(folder)) {
      const name = nameAt(entry, lib.dirent.nameOffset);
      if (!isUtf8(name)) lost.push(escapeBytes(name));
    }
  } finally {
    lib.symbols.closedir(folder);
  }
  return lost.sort();
}
