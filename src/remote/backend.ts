/** What is known of a stored object. */
export interface ObjectInfo {
  /** Below the backend's prefix, forward slashes. */
  key: string;
  /** Bytes. */
  size: number;
  /** SHA-256 as it was stored with the object, upper-case hex; only `head` asks for it. */
  sha256?: string;
}

/** An object that is being uploaded in parts. */
export interface Upload {
  key: string;
  /** What the backend calls it. */
  id: string;
  /** Bytes of the whole. */
  size: number;
  /** SHA-256 of the whole, upper-case hex. */
  sha256: string;
  /** Bytes of each part but the last. */
  partSize: number;
}

/** A part that the backend has. */
export interface Part {
  /** Counts from 1. */
  number: number;
  /** Bytes. */
  size: number;
  /** What the backend names it by when the parts are joined. */
  tag: string;
  /** MD5 of what it holds, lower-case hex, where the backend tells. */
  md5?: string;
}

/**
 * A place for objects: a bucket, or a folder. Every call moves at most one part, so that it can be
 * tried again as a whole. Fails with errors of kind `remote`; {@linkcode RemoteFault} says which of
 * them another try can help.
 */
export interface Backend {
  /** For a person: the bucket or folder, without anything secret. */
  place: string;
  /** Stores a small object; one of that key is replaced in one step. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Begins an object that is stored in parts, and seen once it is completed. Returns its id. */
  begin(upload: Omit<Upload, "id">): Promise<string>;
  putPart(upload: Upload, number: number, bytes: Uint8Array<ArrayBuffer>): Promise<Part>;
  /** The parts there are; undefined where the backend does not know the upload (any more). */
  parts(upload: Upload): Promise<Part[] | undefined>;
  /** Joins all parts, in order. The commit. */
  complete(upload: Upload, parts: Part[]): Promise<void>;
  /** Gives an upload up; one that is unknown is fine. */
  abort(upload: Upload): Promise<void>;
  /** Exactly these bytes of an object. Throws `no_such_object`, or `short_read` when there are fewer. */
  get(key: string, at: number, bytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** About an object; undefined when there is none. */
  head(key: string): Promise<ObjectInfo | undefined>;
  /** All objects whose key begins with `prefix`, sorted by key. */
  list(prefix: string): Promise<ObjectInfo[]>;
  /** Removes an object; none there is fine. */
  remove(key: string): Promise<void>;
}
