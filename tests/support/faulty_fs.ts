import type { FileHandle, FileSystem } from "../../src/base/mod.ts";

/** A call that is about to be made: `rename`, `open`, or on an open file `write`, `sync`, …. */
export interface FsCall {
  operation: string;
  /** The path that the call names; of an open file, the path it was opened with. */
  path: string;
  /** How many calls were made before, over all operations. */
  index: number;
}

/** An error as the system gives it. */
export function systemError(errno: string): Error {
  return Object.assign(new Error(`${errno}: simulated`), { code: errno });
}

/** Decides per call whether it fails: return the error to throw, or nothing to let it pass. */
export type Fault = (call: FsCall) => Error | undefined | void;

/** The same file system, but calls fail as `fault` says. */
export function faultyFs(real: FileSystem, fault: Fault): FileSystem {
  let index = 0;
  const meet = (operation: string, path: string) => {
    const error = fault({ operation, path, index: index++ });
    if (error) throw error;
  };
  return intercept(
    real,
    (operation, args) => meet(operation, String(args[0])),
    (result, args) =>
      isHandle(result)
        ? intercept(result, (operation) => meet(operation, String(args[0])))
        : result,
  );
}

function isHandle(value: unknown): value is FileHandle {
  return typeof value === "object" && value !== null && "truncate" in value;
}

function intercept<T extends object>(
  target: T,
  before: (operation: string, args: unknown[]) => void,
  after: (result: unknown, args: unknown[]) => unknown = (result) => result,
): T {
  return new Proxy(target, {
    get(object, property, receiver) {
      const member = Reflect.get(object, property, receiver);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        before(String(property), args);
        return after(member.apply(object, args), args);
      };
    },
  });
}
