/** Debian's `age`, the oracle for what is encrypted. */
import { assert } from "../assert.ts";
import { run } from "../../scripts/build/process.ts";

/** A key of age's own making. */
export interface AgeKey {
  /** The identity file. */
  file: string;
  recipient: string;
}

/** Makes a key with `age-keygen`. */
export async function ageKey(file: string): Promise<AgeKey> {
  await run("age-keygen", ["-o", file]);
  const recipient = /age1[a-z0-9]+/.exec(await Deno.readTextFile(file))?.[0];
  assert.ok(recipient, "this test needs the Debian package age");
  return { file, recipient };
}
