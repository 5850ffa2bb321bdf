/** The systems that programs are built for. */

export interface Target {
  /** As in the names of released files: `linux-x64`. */
  name: string;
  /** As Deno and LLVM call it. */
  triple: string;
  /** `.exe` on Windows. */
  suffix: string;
}

export const TARGETS: readonly Target[] = [
  { name: "linux-x64", triple: "x86_64-unknown-linux-gnu", suffix: "" },
  { name: "linux-arm64", triple: "aarch64-unknown-linux-gnu", suffix: "" },
  { name: "macos-x64", triple: "x86_64-apple-darwin", suffix: "" },
  { name: "macos-arm64", triple: "aarch64-apple-darwin", suffix: "" },
  { name: "windows-x64", triple: "x86_64-pc-windows-msvc", suffix: ".exe" },
];

/** The system this runs on; throws on one that nothing is built for. */
export function hostTarget(): Target {
  const target = TARGETS.find((target) => target.triple === Deno.build.target);
  if (!target) throw new Error(`Lifeboat is not built for ${Deno.build.target}`);
  return target;
}

/** The npm package that carries Deno for a system. */
export function denoPackage(target: Target): string {
  const [system, processor] = target.name.split("-");
  const platform = { linux: "linux", macos: "darwin", windows: "win32" }[system];
  return `@deno/${platform}-${processor}${system === "linux" ? "-glibc" : ""}`;
}
