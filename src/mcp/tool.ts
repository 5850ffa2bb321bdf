/** What a tool is: its parameters, what it promises, and one engine call. */
import type { Host } from "../base/mod.ts";
import type { Arguments, Parameter } from "./parameter.ts";
import type { Previews } from "./previews.ts";
import type { Asked, Question } from "./question.ts";

/** What a call has to work with. */
export interface Call {
  /** Its signal fires when the client cancels the call; its progress is told to the client. */
  host: Host;
  /** The agent that is meant where none is named. */
  profile: string;
  /** The tool's name. */
  tool: string;
  /** What was shown, and may be applied. */
  previews: Previews;
  /** Whether the client can ask the user at all. */
  canAsk: boolean;
  /** Asks the user, past the model. */
  ask(question: Question): Promise<Asked>;
}

/** A tool. */
export interface Tool {
  name: string;
  title: string;
  /** For the model: what it does, and when to use it. */
  description: string;
  parameters: Record<string, Parameter>;
  required?: string[];
  /** `reads`: changes nothing. `adds`: makes something new. `changes`: may replace or remove. */
  effect: "reads" | "adds" | "changes";
  /** Whether it may use the network. */
  network?: boolean;
  /** The engine's result: what `--json` of the command prints. */
  run(call: Call, args: Arguments): Promise<{ ok: boolean }>;
}
