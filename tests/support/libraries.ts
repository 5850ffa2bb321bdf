/** The C library is loaded at the first use and kept. Loaded here, no test seems to leak it. */
import { createWorkerPool, realFs } from "../../src/base/mod.ts";

realFs.list(".");
realFs.list(".", { withInfo: true });
realFs.canSyncAll(".");
createWorkerPool(1).close();
try {
  realFs.rename("/not there", "/not there either", { exclusive: true });
} catch {
  // Nothing is there to be renamed.
}
