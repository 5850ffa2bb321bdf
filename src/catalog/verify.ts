import { verifyBackup, type VerifyOptions, type VerifyReport } from "../archive/mod.ts";
import { type Host, isoWithOffset } from "../base/mod.ts";
import { openCatalog } from "./store.ts";

/** Verifies a backup; when every byte was found right, that is remembered for `list`. */
export async function verifyAndNote(
  host: Host,
  path: string,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const report = await verifyBackup(host, path, options);
  if (report.ok && !report.quick) {
    const catalog = openCatalog(host);
    catalog.noteVerified(path, isoWithOffset(host.now()));
    catalog.close();
  }
  return report;
}
