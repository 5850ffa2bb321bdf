/** Where a new version of the program comes from: a file, a folder, or either behind a URL. */
import {
  describeError,
  type Host,
  isNotFound,
  LifeboatError,
  pathsOf,
  readFile,
  statIfThere,
} from "../base/mod.ts";

/** Larger than any program, bytes. */
const MAX_PROGRAM = 1 << 30;
/** Larger than any list of hashes, bytes. */
const MAX_LIST = 1 << 20;

/** A release, or a program that lies by itself. */
export interface UpdateSource {
  /** The program's name there: `lifeboat-linux-x64`. */
  name: string;
  /** Writes the program to a path at which there is nothing. */
  fetchProgram(path: string): Promise<void>;
  /** A small file beside the program; nothing where there is none. */
  readBeside(name: string): Promise<Uint8Array | undefined>;
}

/** What the program for a system is called in a release. Throws `wrong_system` where there is none. */
function releaseName(target: string): string {
  const names: Record<string, string> = {
    "x86_64-unknown-linux-gnu": "lifeboat-linux-x64",
    "aarch64-unknown-linux-gnu": "lifeboat-linux-arm64",
    "x86_64-apple-darwin": "lifeboat-macos-x64",
    "aarch64-apple-darwin": "lifeboat-macos-arm64",
    "x86_64-pc-windows-msvc": "lifeboat-windows-x64.exe",
  };
  const name = names[target];
  if (name) return name;
  throw new LifeboatError("refused", "wrong_system", `No lifeboat is released for ${target}`, {
    hint: "Name a program that was built for this system.",
  });
}

/** Opens what `--from` names. */
export function openSource(host: Host, from: string): UpdateSource {
  return /^https?:\/\//i.test(from) ? remoteSource(host, from) : localSource(host, from);
}

function localSource(host: Host, from: string): UpdateSource {
  const { resolve, join, dirname, basename } = pathsOf(host.platform);
  const path = resolve(from);
  const isFolder = statIfThere(host.fs, path)?.kind === "directory";
  const folder = isFolder ? path : dirname(path);
  const name = isFolder ? releaseName(host.build.target) : basename(path);
  return {
    name,
    fetchProgram(to) {
      const pieces = statIfThere(host.fs, join(folder, name))?.kind === "file"
        ? piecesOf(host, join(folder, name))
        : missing(join(folder, name));
      return writePieces(host, to, pieces);
    },
    readBeside(file) {
      try {
        return Promise.resolve(readFile(host.fs, join(folder, file), MAX_LIST));
      } catch (error) {
        if (isNotFound(error)) return Promise.resolve(undefined);
        throw error;
      }
    },
  };
}

function missing(path: string): never {
  throw new LifeboatError("missing", "no_such_file", `There is no file ${path}`, {
    hint: "Name a program, a folder with a release, or the URL of either.",
  });
}

function* piecesOf({ fs }: Host, path: string): Generator<Uint8Array> {
  const file = fs.open(path);
  try {
    const piece = new Uint8Array(1 << 20);
    for (let n = file.read(piece); n > 0; n = file.read(piece)) yield piece.subarray(0, n);
  } finally {
    file.close();
  }
}

function remoteSource(host: Host, from: string): UpdateSource {
  const url = new URL(from);
  const isFolder = url.pathname.endsWith("/");
  const name = isFolder
    ? releaseName(host.build.target)
    : decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf("/") + 1));
  const at = (file: string) => isFolder || file !== name ? new URL(file, url) : url;
  return {
    name,
    async fetchProgram(to) {
      const body = (await get(host, at(name)))?.body;
      if (!body) throw unreachable(at(name), "it is not there");
      await writePieces(host, to, body);
    },
    async readBeside(file) {
      const body = (await get(host, at(file)))?.body;
      return body ? await readSmall(at(file), body) : undefined;
    },
  };
}

/** A host of the release that does not answer, or not well. */
function unreachable(url: URL, reason: string, cause?: unknown): LifeboatError {
  // Without what stands behind `?`: that may be a key.
  const message = `${url.origin}${url.pathname} could not be fetched: ${reason}`;
  return new LifeboatError("remote", "update_unreachable", message, {
    hint: "Look at the address, and whether this machine is online.",
    cause,
  });
}

/** The answer to a request; nothing where there is no such file. */
async function get({ signal }: Host, url: URL): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, describeError(error), error);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  throw unreachable(url, `the answer was ${response.status}`);
}

async function readSmall(url: URL, body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > MAX_LIST) throw unreachable(url, "it is too large");
    pieces.push(piece);
  }
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

async function writePieces(
  { fs, signal }: Host,
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = fs.open(path, { createNew: true, mode: 0o755 });
  try {
    let bytes = 0;
    for await (const piece of pieces) {
      signal.throwIfAborted();
      bytes += piece.length;
      if (bytes > MAX_PROGRAM) {
        throw new LifeboatError("refused", "not_lifeboat", "What was named is no lifeboat", {
          hint: "It is larger than any program of ours.",
        });
      }
      file.write(piece);
    }
    file.sync();
  } finally {
    file.close();
  }
  fs.setMode(path, 0o755); // whatever the umask is
}
