import type { Backend } from "./backend.ts";

/** Calls of a backend, each passed through `around`. */
export function wrapBackend(
  backend: Backend,
  around: <T>(operation: keyof Backend, act: () => Promise<T>) => Promise<T>,
): Backend {
  return {
    place: backend.place,
    put: (key, bytes) => around("put", () => backend.put(key, bytes)),
    begin: (upload) => around("begin", () => backend.begin(upload)),
    putPart: (upload, number, bytes) =>
      around("putPart", () => backend.putPart(upload, number, bytes)),
    parts: (upload) => around("parts", () => backend.parts(upload)),
    complete: (upload, parts) => around("complete", () => backend.complete(upload, parts)),
    abort: (upload) => around("abort", () => backend.abort(upload)),
    get: (key, at, bytes) => around("get", () => backend.get(key, at, bytes)),
    head: (key) => around("head", () => backend.head(key)),
    list: (prefix) => around("list", () => backend.list(prefix)),
    remove: (key) => around("remove", () => backend.remove(key)),
  };
}

/** The same backend, but at most `most` calls are on their way at a time; the others wait. */
export function withLimit(backend: Backend, most: number): Backend {
  const waiting: (() => void)[] = [];
  let running = 0;
  return wrapBackend(backend, async (_, act) => {
    if (running === most) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  });
}
