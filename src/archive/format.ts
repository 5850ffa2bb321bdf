/** Constants and shapes of FORMAT.md that writer and reader share. Key names are those of the files. */

/** The gzip header of every archive: no name, mtime 0, OS 255 (FORMAT.md section 1). */
export const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/** Header of the final stored block, whose 2048 bytes are {@linkcode TAIL_RAW_BYTES}. */
export const TAIL_BLOCK_HEADER = Uint8Array.of(0x01, 0x00, 0x08, 0xff, 0xf7);

/** Length of the index's content, spaces and line end included. */
export const INDEX_BYTES = 512;

/** What the tail is in the tar: header and content of the index, and two zero blocks. */
export const TAIL_RAW_BYTES = 512 + INDEX_BYTES + 1024;

/** What the tail is in the file: block header, the tar's end, CRC-32 and length. */
export const TAIL_BYTES = TAIL_BLOCK_HEADER.length + TAIL_RAW_BYTES + 8;

/** How the segments of an archive are compressed, by what the archive's name ends in. */
export type SegmentForm = "tar.gz" | "tar.zst";

/** What stands around the segments of an archive. */
export interface Framing {
  /** The file's first bytes, before the first segment. */
  start: Uint8Array;
  /** What makes the tail a piece that is stored as it is. */
  tailStart: Uint8Array;
  /** The tail in the file, its start and what follows it included, bytes. */
  tailBytes: number;
  /** Whether CRC-32 and length of the whole tar follow the tail. */
  hasTrailer: boolean;
}

/** A frame of 2048 bytes that is one raw block, without checksum (FORMAT.md section 12). */
const ZSTD_TAIL_HEADER = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x60, 0, 7, 1, 0x40, 0);

/** Of each form. */
export const FRAMINGS: Record<SegmentForm, Framing> = {
  "tar.gz": {
    start: GZIP_HEADER,
    tailStart: TAIL_BLOCK_HEADER,
    tailBytes: TAIL_BYTES,
    hasTrailer: true,
  },
  "tar.zst": {
    start: new Uint8Array(),
    tailStart: ZSTD_TAIL_HEADER,
    tailBytes: ZSTD_TAIL_HEADER.length + TAIL_RAW_BYTES,
    hasTrailer: false,
  },
};

/** Content of a large entry in one slice; only its last slice has less. */
export const SLICE_BYTES = 4 << 20;

/** No segment is longer than this when inflated. */
export const MAX_SEGMENT_RAW = 8 << 20;

/** No line of the table is longer than this. */
export const MAX_TABLE_LINE = 16 << 20;

/** No stored path is longer than this, as UTF-8. */
export const MAX_PATH_BYTES = 32_767;

/** Stored paths of the last four entries. */
export const SIGNATURE_PATH = "signature.json";
export const MANIFEST_PATH = "manifest.json";
export const TABLE_PATH = "segments.jsonl";
export const INDEX_PATH = "index.json";

/** Stored path of what is encrypted in an encrypted backup. */
export const PAYLOAD_PATH = "payload.tar.gz.age";

/** First line of the table. */
export const TABLE_HEADER = { format: "lifeboat-segments", version: 1 } as const;

/**
 * How a database was captured, so that the next backup knows it without opening it: by SQLite's own
 * copy, or as raw bytes because it is damaged.
 */
export type DatabaseMethod = "sqlite_backup" | "raw_database";

/**
 * What a database with a write-ahead log was when it was captured: the bytes of its main file (the
 * copy has those of the WAL too), of its WAL, and the WAL's mtime_ms.
 */
export type WalState = [mainBytes: number, bytes: number, mtimeMs: number];

/**
 * A tar entry in the table: path (folders end in a slash), size, mtime_ms, mode, SHA-256, and for
 * databases the method, and how it lay in the home where it had a WAL.
 */
export type TableEntry = [
  path: string,
  size: number,
  mtimeMs: number,
  mode: number,
  sha256: string | null,
  method?: DatabaseMethod,
  ...wal: WalState | [],
];

/** What a segment covers: whole entries, the header of a large one, or a slice of its content. */
export type Coverage =
  | { kind: "run" | "head"; entries: TableEntry[] }
  | {
    kind: "slice";
    path: string;
    offset: number;
    /** Content bytes, without padding. */
    length: number;
    sha256: string;
    /** Only on the last slice of an entry: of its whole content. */
    file_sha256?: string;
    /** Only on the last slice: its first so many compressed bytes are the content without padding. */
    content_bytes?: number;
  };

/** A line of the table. */
export type SegmentLine = {
  /** Place and length of the compressed bytes in the file. */
  at: number;
  bytes: number;
  /** Length when inflated. */
  raw: number;
  /** CRC-32 of the inflated bytes, eight lower-case hex digits. */
  crc: string;
  /** The same of the compressed bytes. */
  packed?: string;
} & Coverage;

/** Where an entry lies, its tar header and padding included. */
export interface Extent {
  at: number;
  bytes: number;
  raw_at: number;
  raw_bytes: number;
  crc: string;
}

/** What `index.json` holds. */
export interface ArchiveIndex {
  format: "lifeboat";
  version: 1;
  manifest: Extent;
  segments: Extent;
  manifest_sha256: string;
  /** Where `signature.json` lies: it ends where the manifest begins. Absent in unsigned archives. */
  signature?: Pick<Extent, "at" | "raw_bytes" | "crc">;
  /** Tar entries that the table lists. */
  entries: number;
  /** Length of the whole tar, the tail included. */
  raw_bytes: number;
}
