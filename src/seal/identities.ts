/** The age identities of this user: each opens what was encrypted to its recipient. */
import { type Host, isoWithOffset, LifeboatError, pathsOf, readFile } from "../base/mod.ts";
import { armored, newIdentity } from "./age_header.ts";
import { hasKeyFile, keyPath, readKeyFile, writeKeyFile } from "./key_folder.ts";
import { withPassphrase } from "./passphrase_job.ts";

/** The public part of an identity; key names are those of JSON. */
export interface IdentityInfo {
  name: string;
  /** `age1…`. */
  recipient: string;
  /** The file that holds the secret, which `age -i` reads too. */
  path: string;
  /** Whether it is under a passphrase. */
  locked: boolean;
}

/** A recipient as it was given: `age1…`, or the name of an identity of this machine. */
export function recipientNamed(host: Host, given: string): string {
  if (given.startsWith("age1")) return given;
  const known = listIdentities(host).find(({ name }) => name === given);
  if (known) return known.recipient;
  throw new LifeboatError("refused", "bad_recipient", `There is no key ${given} here`, {
    hint: "See the keys with: lifeboat keys list. A recipient of another machine begins with age1.",
  });
}

const SECRET = /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/;
const PUBLIC_FILE = /^identity-([\w.-]+)\.pub$/;
const MAX_BYTES = 64 << 10;

/** The identities that are there, by name. */
export function listIdentities(host: Host): IdentityInfo[] {
  if (!hasKeyFile(host, ".")) return [];
  return host.fs.list(keyPath(host, ".")).entries.flatMap(({ name: file }) => {
    const name = PUBLIC_FILE.exec(file)?.[1];
    if (name === undefined) return [];
    const recipient = new TextDecoder().decode(readKeyFile(host, file)).trim();
    const locked = hasKeyFile(host, `identity-${name}.age`);
    const path = keyPath(host, `identity-${name}.${locked ? "age" : "txt"}`);
    return [{ name, recipient, path, locked }];
  });
}

/** Makes an identity, under a passphrase where one is given. Throws `name_taken`, `usage`. */
export async function createIdentity(
  host: Host,
  name: string,
  passphrase?: string,
): Promise<IdentityInfo> {
  if (!/^\w[\w.-]{0,63}$/.test(name)) {
    throw new LifeboatError("refused", "usage", "That is no name for a key", {
      hint: "Use letters, digits and . _ - only.",
    });
  }
  if (listIdentities(host).some((known) => known.name === name)) {
    throw new LifeboatError("refused", "name_taken", `There is an identity ${name} already`, {
      hint: "Give the new one another name; the old one still opens what was encrypted to it.",
    });
  }
  const { identity, recipient } = await newIdentity();
  const text = `# created: ${isoWithOffset(host.now())}\n# public key: ${recipient}\n${identity}\n`;
  const path = passphrase === undefined
    ? writeKeyFile(host, `identity-${name}.txt`, text)
    : writeKeyFile(
      host,
      `identity-${name}.age`,
      await withPassphrase(host, "sealBytes", new TextEncoder().encode(text), passphrase),
    );
  writeKeyFile(host, `identity-${name}.pub`, `${recipient}\n`);
  return { name, recipient, path, locked: passphrase !== undefined };
}

/** An identity as it lies on disk, for paper: one under a passphrase stays so (in ASCII armor). */
export async function printableIdentity(
  host: Host,
  { name, locked }: Pick<IdentityInfo, "name" | "locked">,
): Promise<string> {
  const content = readKeyFile(host, `identity-${name}.${locked ? "age" : "txt"}`);
  return locked ? await armored(content) : new TextDecoder().decode(content);
}

/** The secrets in the text of an identity file. */
export function secretsIn(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => SECRET.test(line));
}

/** An identity file as it lies on disk; `locked` when it needs a passphrase. */
export interface IdentityFile {
  path: string;
  content: Uint8Array;
  locked: boolean;
}

/** The files of the identities of this user. Throws `unsafe_key_file`. */
export function ownIdentityFiles(host: Host): IdentityFile[] {
  return listIdentities(host).map(({ name, locked, path }) => {
    const content = readKeyFile(host, `identity-${name}.${locked ? "age" : "txt"}`);
    return { path, locked, content };
  });
}

/** Reads an identity file that the user named. Throws `bad_identity`, `no_such_file`. */
export function readIdentityFile(host: Host, path: string): IdentityFile {
  let content: Uint8Array;
  try {
    content = readFile(host.fs, pathsOf(host.platform).resolve(path), MAX_BYTES);
  } catch (cause) {
    throw new LifeboatError("missing", "no_such_file", `${path} cannot be read`, {
      hint: "Name the file that holds the identity with --identity.",
      cause,
    });
  }
  const start = new TextDecoder("latin1").decode(content.subarray(0, 40));
  const locked = start.startsWith("age-encryption.org/") || start.startsWith("-----BEGIN AGE");
  if (locked || secretsIn(new TextDecoder().decode(content)).length > 0) {
    return { path, content, locked };
  }
  throw new LifeboatError("refused", "bad_identity", `${path} holds no age identity`, {
    hint: "It has a line that begins with AGE-SECRET-KEY-.",
  });
}

/** The secrets in a locked identity file; `wrong_password` when the passphrase is not its own. */
export async function unlockIdentityFile(
  host: Host,
  { path, content }: IdentityFile,
  passphrase: string,
): Promise<string[]> {
  const plain = await withPassphrase(host, "openBytes", content, passphrase);
  if (plain) return secretsIn(new TextDecoder().decode(plain));
  throw new LifeboatError("untrusted", "wrong_password", `The passphrase does not open ${path}`, {
    hint: "Try again; upper and lower case matter.",
  });
}
