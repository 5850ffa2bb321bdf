/** The doctor's view of the home that is backed up. It looks at what the backup comes across. */
import { LifeboatError } from "../base/mod.ts";
import { beginExamination, type DoctorReport, type Examination } from "../doctor/mod.ts";
import type { Home } from "../profiles/mod.ts";
import type { Run } from "./run.ts";

/** Begins the examination that goes along with a backup. */
export function examineAlong({ host, pool, options }: Run): Examination {
  return beginExamination(host, pool, options.home, {
    runCommands: options.runDoctorCommands ?? false,
    openFiles: "none", // the backup does so, and reports what it cannot read
    checkDatabases: false, // the copies are checked as they are made
  });
}

/** Ends it. Throws `home_not_readable` where a backup would lack what matters. */
export async function endExamination(
  { options: { home, preRestore } }: Run,
  examination: Examination,
): Promise<DoctorReport> {
  const doctor = await examination.finish();
  // Before a restore the home is expected to be broken.
  if (!preRestore && !(doctor.core_ok && doctor.path_scan_ok)) throw homeNotReadable(home);
  return doctor;
}

/** Why nothing is published. */
export function homeNotReadable(home: Home): LifeboatError {
  return new LifeboatError("refused", "home_not_readable", `${home.path} cannot be read`, {
    hint: "See what is wrong with: lifeboat doctor",
  });
}
