/** Putting lifeboat into a user's account and into agents, and taking it out again. */
/** One change to something of the user. */
export interface InstallStep {
  /** The agent whose file it is; nothing where it is nobody's. */
  agent?: string;
  /** `program`, `skills`, `hooks`, `mcp`, `schedule`. */
  what: string;
  path: string;
  /** `kept`: something of the user is there, and stays. */
  action: "create" | "change" | "remove" | "unchanged" | "kept";
  carryOut(): void | Promise<void>;
}

/** What installing, or taking out, one part would do. Making it changes nothing. */
export interface InstallPlan {
  steps: InstallStep[];
  /** What the user has to do then. */
  next_steps: string[];
}

/** What `install` and `uninstall` give back. */
export interface InstallResult {
  ok: true;
  dry_run: boolean;
  /** What is, or would be, changed. */
  edits: Omit<InstallStep, "carryOut">[];
  /** What the user has to do now. */
  next_steps: string[];
}

/** Carries plans out, unless it is a dry run. All of them are made before, so that a refusal changes nothing. */
export async function carryOut(
  plans: InstallPlan[],
  options: { dryRun?: boolean },
): Promise<InstallResult> {
  const steps = plans.flatMap((plan) => plan.steps);
  const dry_run = options.dryRun === true;
  for (const step of dry_run ? [] : steps) {
    if (step.action !== "unchanged" && step.action !== "kept") await step.carryOut();
  }
  const edits = steps.map(({ agent, what, path, action }) => ({ agent, what, path, action }));
  return { ok: true, dry_run, edits, next_steps: plans.flatMap((plan) => plan.next_steps) };
}
