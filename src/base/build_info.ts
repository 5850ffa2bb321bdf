/** What this program is. */
export interface BuildInfo {
  version: string;
  /** Rust-style target triple. */
  target: string;
  /** `fallback`: compiled onto a runtime that was not downloaded from its makers; `source`: not compiled. */
  runtime: "official" | "fallback" | "source";
}

/** Where the files that come with the program lie: embedded when compiled, else in the source tree. */
function embedded(compiled: string, source: string): URL {
  return Deno.build.standalone
    ? new URL(compiled, Deno.mainModule)
    : new URL(source, import.meta.url);
}

/** The folder `kit/`, as a URL that ends with a slash. */
export function kitUrl(): URL {
  return embedded("kit/", "../../kit/");
}

/** The program that runs in workers. */
export function workerUrl(): URL {
  return embedded("worker.js", "../worker.ts");
}

/** What the build wrote down; in the source tree, what deno.json says. */
export function readBuildInfo(): BuildInfo {
  const info = JSON.parse(Deno.readTextFileSync(embedded("build.json", "../../deno.json")));
  if (Deno.build.standalone) return info;
  return { version: info.version, target: Deno.build.target, runtime: "source" };
}

/** This very executable when the program is compiled; nothing when Deno runs its sources. */
export function ownExecutable(): string | undefined {
  return Deno.build.standalone ? Deno.execPath() : undefined;
}
