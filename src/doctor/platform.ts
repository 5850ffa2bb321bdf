import { release } from "node:os";
import type { Host, Platform } from "../base/mod.ts";
import type { PlatformReport } from "./report.ts";

const SYSTEMS: Record<Platform, string> = {
  linux: "Linux",
  darwin: "Darwin",
  windows: "Windows",
};

/** The processor as Python's `platform.machine()` names it, which manifests of the original hold. */
export function machineOf(platform: Platform, arch: string): string {
  if (platform === "windows") return arch === "aarch64" ? "ARM64" : "AMD64";
  return platform === "darwin" && arch === "aarch64" ? "arm64" : arch;
}

/** The machine that a report or a manifest was made on. */
export function platformReport(host: Host): PlatformReport {
  return {
    system: SYSTEMS[host.platform],
    release: release(),
    machine: machineOf(host.platform, host.arch),
    lifeboat: host.build.version,
  };
}
