/** What was shown of a change, and may be applied: once, soon, and only if it is still the same. */
import { type Host, isoWithOffset, LifeboatError, sha256Of } from "../base/mod.ts";
import type { Arguments } from "./parameter.ts";
import type { Question } from "./question.ts";

/** So long a preview can be applied, ms. */
export const TOKEN_MS = 5 * 60_000;
const MAX_KEPT = 100;

/** A preview that can be applied. */
export interface Preview {
  tool: string;
  args: Arguments;
  /** What the change is about to do: what a second plan must equal. */
  plan: unknown;
  /** What a person has to agree to, in turn. */
  questions: Question[];
}

interface Kept {
  call: string;
  plan: string;
  questions: Question[];
  expiresMs: number;
}

/** The previews of one server. */
export interface Previews {
  /** Remembers a preview; gives back what applies it. */
  keep(preview: Preview): { token: string; expires_at: string };
  /**
   * Takes a token, which is of no use then. Throws `bad_token` where it is unknown, used, of another
   * call, or too old.
   */
  redeem(token: string, tool: string, args: Arguments): Redeemed;
}

/** A preview that is being applied. */
export interface Redeemed {
  questions: Question[];
  /** Throws `plan_changed` unless the plan is the one that was shown. */
  requireSame(plan: unknown): void;
}

/** The call without what differs between its preview and its application. */
function callOf(tool: string, { token: _, dry_run: _d, ...args }: Arguments): string {
  return JSON.stringify([tool, Object.entries(args).sort(([a], [b]) => a < b ? -1 : 1)]);
}

function hashOf(plan: unknown): string {
  return sha256Of(JSON.stringify(plan));
}

function badToken(why: string): LifeboatError {
  return new LifeboatError("refused", "bad_token", `Nothing was changed: ${why}`, {
    hint: "Make a new preview: the same call without token. Show it to the user before applying.",
  });
}

/** Starts with none. */
export function createPreviews(host: Host): Previews {
  const kept = new Map<string, Kept>();
  const now = () => host.now().getTime();
  return {
    keep({ tool, args, plan, questions }) {
      const token = crypto.randomUUID();
      const expiresMs = now() + TOKEN_MS;
      kept.set(token, { call: callOf(tool, args), plan: hashOf(plan), questions, expiresMs });
      for (const old of kept.keys()) if (kept.size > MAX_KEPT) kept.delete(old);
      return { token, expires_at: isoWithOffset(new Date(expiresMs)) };
    },
    redeem(token, tool, args) {
      const preview = kept.get(token);
      kept.delete(token);
      if (!preview) throw badToken("the token is unknown, or was used");
      if (preview.expiresMs < now()) throw badToken("the preview is more than five minutes old");
      if (preview.call !== callOf(tool, args)) throw badToken("the token is that of another call");
      return {
        questions: preview.questions,
        requireSame(plan) {
          if (hashOf(plan) === preview.plan) return;
          throw new LifeboatError("refused", "plan_changed", "What would be done has changed", {
            hint: "Nothing was changed. Make a new preview, and show it to the user again.",
          });
        },
      };
    },
  };
}
