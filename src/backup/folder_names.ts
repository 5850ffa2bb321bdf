/** Names that the disk of the folder form cannot have. An archive holds every name. */
import { errnoOf, LifeboatError } from "../base/mod.ts";

/**
 * What disks say of a name that is none for them, such as one with a colon on exFAT (kernels say
 * EINVAL, drivers in user space ENOENT), and of one that another file has in other letter case.
 */
const NAME_FAULTS = new Set(["EINVAL", "ENOENT", "EILSEQ", "ENAMETOOLONG", "EEXIST", "EISDIR"]);

/** Makes what a new backup stores, in its folder. Throws `name_impossible`. */
export function makeNamed<T>(stored: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const errno = errnoOf(error) ?? "";
    if (!NAME_FAULTS.has(errno)) throw error;
    const beside = errno === "EEXIST" ? " beside one in other letter case" : "";
    const message = `The disk cannot hold the name ${stored}${beside}`;
    throw new LifeboatError("refused", "name_impossible", message, {
      hint: "Write an archive only, with --no-directory: it holds every name.",
      cause: error,
    });
  }
}
