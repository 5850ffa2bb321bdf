import { type Host, LifeboatError, lstatIfThere, pathsOf, readText } from "../base/mod.ts";
import { openSecret, sealSecret, type SecretKey } from "../seal/mod.ts";
import type { AccessKeys } from "./s3/request.ts";

/**
 * Where the keys of a bucket come from: sealed in our own configuration; the `AWS_*` variables at
 * each run; or a profile of the credentials file that the tools of AWS share.
 */
export type Credentials =
  | { from: "stored"; sealed: string }
  | { from: "environment" }
  | { from: "file"; profile: string };

function missing(message: string, hint: string): LifeboatError {
  return new LifeboatError("refused", "no_credentials", message, { hint });
}

/** The keys in the `AWS_*` variables, or nothing. */
export function keysInEnvironment({ env }: Host): AccessKeys | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

function credentialsFile({ env, userHome, platform }: Host): string {
  return env.AWS_SHARED_CREDENTIALS_FILE ?? pathsOf(platform).join(userHome, ".aws", "credentials");
}

/** `name = value` lines below `[section]`. */
function sectionOf(text: string, section: string): Record<string, string> {
  const values: Record<string, string> = {};
  let current = "";
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[\s*(.+?)\s*\]/.exec(line);
    const pair = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (head) current = head[1];
    else if (pair && current === section) values[pair[1].toLowerCase()] = pair[2];
  }
  return values;
}

function keysInFile(host: Host, profile: string): AccessKeys {
  const path = credentialsFile(host);
  const hint = "Write it with: aws configure, or add the backend with other --credentials.";
  if (!lstatIfThere(host.fs, path)) throw missing(`There is no credentials file ${path}`, hint);
  const values = sectionOf(readText(host.fs, path, 1 << 20), profile);
  const { aws_access_key_id, aws_secret_access_key, aws_session_token } = values;
  if (!aws_access_key_id || !aws_secret_access_key) {
    throw missing(`${path} has no keys for [${profile}]`, hint);
  }
  return {
    accessKeyId: aws_access_key_id,
    secretAccessKey: aws_secret_access_key,
    ...(aws_session_token && { sessionToken: aws_session_token }),
  };
}

/** Keys as they are kept in the configuration of the backend `name`. */
export function storedCredentials(key: SecretKey, name: string, keys: AccessKeys): Credentials {
  return { from: "stored", sealed: sealSecret(key, JSON.stringify(keys), name) };
}

/**
 * The keys of the backend `name`. Throws `no_credentials` (refused) where there are none, and
 * `no_secret_key`, `wrong_secret_key` (exit 12).
 */
export function openCredentials(
  host: Host,
  name: string,
  credentials: Credentials,
  loadKey: () => SecretKey,
): AccessKeys {
  switch (credentials.from) {
    case "stored":
      return JSON.parse(openSecret(loadKey(), credentials.sealed, name));
    case "file":
      return keysInFile(host, credentials.profile);
    case "environment": {
      const keys = keysInEnvironment(host);
      if (keys) return keys;
      const hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
      throw missing(`There are no keys for ${name} in the environment`, hint);
    }
  }
}
