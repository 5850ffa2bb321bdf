import { createPulse, type Host } from "../../base/mod.ts";
import { type Container, inMemory, type ReadableFile, type Wanted } from "../container.ts";
import { gunzip } from "../inflate.ts";
import { allowanceOf, type ReadLimits } from "../limits.ts";
import type { SourceFile } from "../source_file.ts";
import { readTarWithLinks, type TarEntry, type TarLink } from "../tar_reader.ts";
import { type Content, contentOf } from "./content.ts";
import { surveyArchive } from "./survey.ts";

/** Bytes of a foreign archive's tar, decrypted and inflated; read anew with each call. */
export type OpenTar = () => AsyncIterable<Uint8Array>;

/** What a foreign container needs to know of its file. */
export interface ForeignSource {
  path: string;
  /** Of the file, bytes: what may come out of it depends on it. */
  size: number;
  form: "tar.gz" | "tar";
  encrypted: boolean;
  /** Checked before the first pass, such as a hash that another file tells. */
  check(): Promise<void>;
  tar: OpenTar;
  close(): void;
}

/** The tar in a file that is not encrypted. */
export function plainTar(source: SourceFile, form: "tar.gz" | "tar"): OpenTar {
  const { path, size } = source;
  if (form === "tar.gz") return () => gunzip(path, source.range(0, size));
  return async function* () {
    for (const chunk of source.range(0, size)) {
      await Promise.resolve();
      yield chunk;
    }
  };
}

/**
 * An archive of another tool as if it were one of ours: its files below `files/` and `extra/`, and a
 * manifest of schema 1 with the hash of each. The first use reads the whole archive and checks it;
 * only then anything of it is handed on.
 */
export function openForeign(host: Host, source: ForeignSource, limits: ReadLimits): Container {
  const { path } = source;

  async function* entries(): AsyncGenerator<TarEntry | TarLink> {
    const allowance = allowanceOf(path, source.size, limits);
    const pulse = createPulse(host);
    async function* counted() {
      for await (const chunk of source.tar()) {
        await pulse();
        allowance.spend(chunk.length);
        yield chunk;
      }
    }
    yield* readTarWithLinks(counted(), { path, allowance, ending: "marker" });
  }

  async function readAll(): Promise<Content> {
    await source.check();
    const survey = await surveyArchive(entries(), path, limits.members);
    return contentOf(survey, source);
  }

  let kept: Promise<Content> | undefined;
  const content = () => kept ??= readAll();

  /** One pass for each copy of a file that hard links stand for: content can be read only once. */
  async function* files(wanted: Wanted): AsyncGenerator<ReadableFile> {
    const { files } = await content();
    const passes: Map<string, string>[] = [];
    for (const { stored, raw } of files) {
      if (!wanted(stored)) continue;
      const pass = passes.find((one) => !one.has(raw)) ?? passes[passes.push(new Map()) - 1];
      pass.set(raw, stored);
    }
    for (const pass of passes) yield* onePass(pass);
  }

  async function* onePass(wanted: Map<string, string>): AsyncGenerator<ReadableFile> {
    for await (const entry of entries()) {
      const stored = "chunks" in entry ? wanted.get(entry.name) : undefined;
      if (stored === undefined || !("chunks" in entry)) continue;
      const { bytes, mode, mtimeMs, chunks } = entry;
      yield { path: stored, bytes, mode: mode || undefined, mtimeMs, chunks };
    }
  }

  async function* manifest(): AsyncGenerator<Uint8Array> {
    yield* inMemory([(await content()).manifest]);
  }

  const { form, close } = source;
  const signature = () => Promise.resolve(undefined); // no other tool signs
  return { form, source: path, indexed: false, files, manifest, signature, close };
}
