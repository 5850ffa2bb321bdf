/** The C library is loaded at the first use and kept. Loaded here, no test seems to leak it. */
import { giveLargeBuffersBack, realFs } from "../../src/base/mod.ts";

realFs.list(".");
realFs.list(".", { withInfo: true });
realFs.canSyncAll(".");
giveLargeBuffersBack();
try {
  realFs.rename("/not there", "/not there either", { exclusive: true });
} catch {
  // Nothing is there to be renamed.
}
