import { homedir } from "node:os";
import { type BuildInfo, kitUrl, ownExecutable, readBuildInfo } from "./build_info.ts";
import { LifeboatError } from "./errors.ts";
import type { FileSystem } from "./fs.ts";
import { type Env, type OwnFolders, ownFolders, type Platform, userHomeOf } from "./paths.ts";
import { realFs } from "./real_fs.ts";

/** How far a piece of work is. Totals are there once they are known. */
export interface Progress {
  /** What is being done: `reading`, `verifying`, `restoring`. */
  phase: string;
  files: number;
  totalFiles?: number;
  bytes: number;
  totalBytes?: number;
}

/**
 * The machine as the engine sees it. Every effect goes through here, so that a test can give
 * another clock, another user, or a disk that is full.
 */
export interface Host {
  fs: FileSystem;
  platform: Platform;
  /** `x86_64` or `aarch64`. */
  arch: string;
  env: Env;
  userHome: string;
  folders: OwnFolders;
  build: BuildInfo;
  /** This very executable when the program is compiled. */
  executable?: string;
  /** The folder `kit/`, as a URL that ends with a slash. */
  kit: URL;
  /** Processor cores. */
  cores: number;
  now(): Date;
  /** Fires when the user wants to stop. */
  signal: AbortSignal;
  /** Called often; must be cheap. */
  progress(progress: Progress): void;
}

function platformOf(os: string): Platform {
  return os === "windows" || os === "darwin" ? os : "linux";
}

/** This machine. Without an environment (a restorer may be started so) the user database tells whose home it is. */
export function thisHost(signal: AbortSignal, progress: (progress: Progress) => void): Host {
  const platform = platformOf(Deno.build.os);
  const env = Deno.env.toObject();
  const userHome = userHomeOf(env, platform) || homedir();
  let build: BuildInfo | undefined;
  return {
    fs: realFs,
    platform,
    arch: Deno.build.arch,
    env,
    userHome,
    folders: ownFolders(env, userHome, platform),
    get build() {
      return build ??= readBuildInfo(); // a hook has no time to read what it never asks
    },
    executable: ownExecutable(),
    kit: kitUrl(),
    cores: navigator.hardwareConcurrency,
    now: () => new Date(),
    signal,
    progress,
  };
}

/** Throws `interrupted` when the user wants to stop. Called between any two files. */
export function checkInterrupt(host: Host): void {
  if (host.signal.aborted) {
    throw new LifeboatError("interrupted", "interrupted", "Stopped before it was finished", {
      hint: "Nothing was published and nothing was replaced.",
    });
  }
}
