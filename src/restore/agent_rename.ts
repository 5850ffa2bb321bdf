/** An agent of OpenClaw gets another id: in its database, and in the index of its conversations. */
import { type Manifest, rootFolder } from "../archive/mod.ts";
import { type PathMapping, RENAME_AGENT_JOB, renamedAgentIn } from "../sessions/mod.ts";
import { changedDatabase } from "./bench.ts";
import { type Derivation, filesOf, type Rewriting } from "./derive.ts";

/** Which id becomes which, and what lies elsewhere now. */
export interface AgentRenaming {
  from: string;
  to: string;
  mappings: PathMapping[];
}

/** The rewriting for a manifest in which the agent lies below its new id. */
export function renameAgent(renaming: AgentRenaming): (manifest: Manifest) => Rewriting {
  const { from, to, mappings } = renaming;
  const database: Derivation = {
    derive: (chunks, bench) =>
      changedDatabase(chunks, bench, { job: RENAME_AGENT_JOB, input: { from, to } }),
    once: true,
  };
  const index: Derivation = {
    async *derive(chunks) {
      const decoder = new TextDecoder();
      let text = "";
      for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
      const after = renamedAgentIn(text + decoder.decode(), { from, to, mappings });
      yield new TextEncoder().encode(after);
    },
  };
  return (manifest) => {
    const content = new Map<string, Derivation>();
    for (const { root, entry: { relative_path: path } } of filesOf(manifest)) {
      const stored = rootFolder(root) + path;
      if (/(?:^|\/)openclaw-agent\.sqlite$/.test(path)) content.set(stored, database);
      if (path === `agents/${to}/sessions/sessions.json`) content.set(stored, index);
    }
    return { content };
  };
}
