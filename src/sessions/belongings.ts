import type { ChosenSession } from "./choose.ts";
import { isId } from "./layout.ts";
import { NAMES_PATH } from "./source.ts";

/** Both agents note every prompt there, one a line (agent-homes.md 1.2, 2.2). */
const HISTORY_PATH = "history.jsonl";

/** What belongs to some conversations of a home. */
export interface Belongings {
  /** Whether a file of the home is of one of them alone; their transcripts are not meant. */
  owns(path: string): boolean;
  /** Files over many conversations with lines about these. */
  lists: string[];
}

/**
 * Claude Code: folders at the top with one folder, or files, for each conversation, named by its id
 * (agent-homes.md 2.2).
 */
const CLAUDE_FOLDERS = ["file-history", "tasks", "todos", "image-cache"];
/** Codex: the same; chats point at what lies there (agent-homes.md 1.2). */
const CODEX_FOLDERS = ["generated_images", "attachments", "codex-remote-attachments"];

/** A name is a conversation's own when it is its id, or begins with that and goes on with no other. */
function isNamedBy(id: string, name: string): boolean {
  return name.toLowerCase().startsWith(id) && !/^[0-9a-z]/i.test(name.slice(id.length));
}

function ownsOf({ transcript, plans }: ChosenSession): (path: string) => boolean {
  const { id, agent, path: own } = transcript;
  // What has no id of its own cannot be found by it.
  const below = !isId(id) ? [] : agent === "codex" ? CODEX_FOLDERS : CLAUDE_FOLDERS;
  const beside = agent === "codex" ? undefined : own.replace(/\.jsonl$/i, "/").toLowerCase();
  const planFiles = plans.map((name) => `plans/${name}`);
  return (path) => {
    if (beside && path.toLowerCase().startsWith(beside)) return true;
    const [top, name = ""] = path.split("/", 2);
    if (below.includes(top)) return isNamedBy(id, name);
    return planFiles.some((plan) => path === `${plan}.md` || path.startsWith(`${plan}/`));
  };
}

/**
 * What belongs to conversations besides their transcripts: files of sub-agents, results of tools,
 * checkpoints, tasks, plans and pictures; pure on paths.
 */
export function belongingsOf(sessions: ChosenSession[]): Belongings {
  const owners = sessions.map(ownsOf);
  const isCodex = sessions.some(({ transcript }) => transcript.agent === "codex");
  return {
    owns: (path) => owners.some((owns) => owns(path)),
    lists: isCodex ? [HISTORY_PATH, NAMES_PATH] : [HISTORY_PATH],
  };
}
