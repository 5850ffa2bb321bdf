import { withAgentFolder } from "./folders.ts";
import { type ModelStub, startModelStub } from "./model_stub.ts";

/** Runs with a model stub and an empty folder for homes. */
export async function withStub(
  use: (stub: ModelStub, folder: string) => Promise<void>,
): Promise<void> {
  await withAgentFolder(async (folder) => {
    const stub = startModelStub();
    try {
      await use(stub, folder);
    } finally {
      await stub.close();
    }
  });
}
