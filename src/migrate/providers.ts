/** The agents whose things can be moved, and where each of them is. */
import { describeError, type Host, LifeboatError } from "../base/mod.ts";
import type { Source, SourceOptions } from "./asset.ts";
import { claudeSource } from "./claude_source.ts";
import { codexSource } from "./codex_source.ts";
import { hermesSource } from "./hermes_source.ts";
import type { ProviderId } from "./item.ts";

interface Provider {
  id: ProviderId;
  label: string;
  description: string;
  look(host: Host, options: SourceOptions): Source | Promise<Source>;
}

const PROVIDERS: Provider[] = [
  {
    id: "codex",
    label: "Codex",
    description: "Skills, instructions, memories, prompts and MCP servers of a Codex home",
    look: codexSource,
  },
  {
    id: "claude-code",
    label: "Claude Code",
    description: "Skills, commands, instructions, memories and MCP servers of Claude Code",
    look: claudeSource,
  },
  {
    id: "hermes",
    label: "Hermes",
    description: "Skills, instructions, memories, model, providers, MCP servers and keys of Hermes",
    look: hermesSource,
  },
];

/** What a look for an agent's things has found, in OpenClaw's words (facts C2). */
export interface Detection {
  found: boolean;
  source: string;
  label: string;
  confidence: Source["confidence"];
  message?: string;
}

/** What `migrate list` gives back. */
export interface ProviderList {
  ok: boolean;
  providers: { id: ProviderId; label: string; description: string; detection: Detection }[];
  targets: string[];
}

/** The agents that things are moved to. */
export const TARGETS = ["openclaw", "codex", "claude-code"] as const;

/** Which agents there are to move from, and whether they are here. Changes nothing. */
export async function listProviders(host: Host): Promise<ProviderList> {
  const providers: ProviderList["providers"] = [];
  for (const { id, label, description, look } of PROVIDERS) {
    providers.push({ id, label, description, detection: await detect(host, label, look) });
  }
  return { ok: true, providers, targets: [...TARGETS] };
}

async function detect(host: Host, label: string, look: Provider["look"]): Promise<Detection> {
  try {
    const { root: source, confidence } = await look(host, {});
    return { found: confidence !== "low", source, label, confidence };
  } catch (error) {
    if (error instanceof LifeboatError && error.kind === "interrupted") throw error;
    const message = describeError(error);
    return { found: false, source: "", label, confidence: "low", message };
  }
}

/** The provider that a word means; `claude` is Claude Code. Throws `no_such_provider`. */
export function providerNamed(word: string): ProviderId {
  const meant = word.toLowerCase() === "claude" ? "claude-code" : word.toLowerCase();
  const found = PROVIDERS.find(({ id }) => id === meant);
  if (found) return found.id;
  throw new LifeboatError("refused", "no_such_provider", `Nothing can be moved from ${word}`, {
    hint: `Name one of: ${PROVIDERS.map(({ id }) => id).join(", ")}`,
  });
}

/** Looks at what an agent has. Throws `no_source` where there is nothing. */
export async function sourceOf(
  host: Host,
  id: ProviderId,
  options: SourceOptions,
): Promise<Source> {
  const { look, label } = PROVIDERS.find((provider) => provider.id === id)!;
  const source = await look(host, options);
  if (source.confidence !== "low") return source;
  throw new LifeboatError(
    "missing",
    "no_source",
    `Nothing of ${label} was found at ${source.root}`,
    {
      hint: "Name its home with --from if it lies elsewhere.",
    },
  );
}
