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

/** What could not be planned for a part, and why. */
export interface InstallFault {
  agent?: string;
  what: string;
  code: string;
  /** For a person; names the file. */
  message: string;
  hint: string;
}

/** What installing, or taking out, one part would do. Making it changes nothing. */
export interface InstallPlan {
  steps: InstallStep[];
  /** What stays as it is, while all else is done. */
  faults?: InstallFault[];
  /** What the user has to do then. */
  next_steps: string[];
}

/** What `install` and `uninstall` give back. */
export interface InstallResult {
  /** Whether nothing had to be left in that should be out. */
  ok: boolean;
  dry_run: boolean;
  /** What is, or would be, changed. */
  edits: Omit<InstallStep, "carryOut">[];
  errors: InstallFault[];
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
  const errors = plans.flatMap(({ faults }) => faults ?? []);
  const next_steps = plans.flatMap((plan) => plan.next_steps);
  return { ok: errors.length === 0, dry_run, edits, errors, next_steps };
}
