/** The plugin by which OpenClaw calls hooks: a folder of its own among OpenClaw's extensions. */
import { fileURLToPath } from "node:url";
import JSON5 from "json5";
import { addJson5, type Host, lstatIfThere, pathsOf, readText, removeJson5 } from "../base/mod.ts";
import { type Home, localOpenClaw, openClawPlaces, type Table, tableOf } from "../profiles/mod.ts";
import type { InstallStep } from "./install.ts";
import { badConfig } from "./mcp_entry.ts";
import { editStep, planEdit, planRemoval, planRevert, revertStep } from "./user_file.ts";

const FILES = ["index.js", "openclaw.plugin.json", "package.json"];
/** Tells the plugin which program to call. */
const PROGRAM = "program.json";
const MAX_BYTES = 1 << 20;

function pluginFolder({ platform }: Host, home: Home): string {
  return pathsOf(platform).join(home.path, "extensions", "lifeboat");
}

/** What putting the plugin into OpenClaw would do. */
export function planPlugin(host: Host, home: Home, executable: string): InstallStep[] {
  const { join } = pathsOf(host.platform);
  const kit = fileURLToPath(new URL("plugins/openclaw", host.kit));
  const files = FILES.map((name) => [name, readText(host.fs, join(kit, name), MAX_BYTES)]);
  files.push([PROGRAM, JSON.stringify({ program: executable }, null, 2) + "\n"]);
  const steps = files.map(([name, text]) => {
    const edit = planEdit(host, join(pluginFolder(host, home), name), "hooks", () => text);
    return { ...editStep(host, edit), agent: "openclaw" };
  });
  return [...steps, enabling(host, home)];
}

/** Where OpenClaw's configuration says whether the plugin is used. */
const ENTRY = ["plugins", "entries", "lifeboat"];

function configOf(host: Host, { path, isOwn }: Home): string {
  return openClawPlaces(localOpenClaw(host, path, isOwn)).config.path;
}

/** OpenClaw loads a plugin of this kind only where its configuration names it (tried with 2026.9.6). */
function enabling(host: Host, home: Home): InstallStep {
  const path = configOf(host, home);
  const edit = planEdit(
    host,
    path,
    "hooks",
    (text = "{}\n") =>
      entryIn(text, path)?.enabled === true ? text : addJson5(text, ENTRY, { enabled: true }),
  );
  return { ...editStep(host, edit), agent: "openclaw" };
}

function disabling(host: Host, home: Home): InstallStep {
  const path = configOf(host, home);
  const edit = planRemoval(
    host,
    path,
    "hooks",
    (text) => entryIn(text, path) ? removeJson5(text, ENTRY) : text,
  );
  return { ...revertStep(host, edit), agent: "openclaw" };
}

/** What stands there. Throws `bad_config`, which does not quote the text. */
function entryIn(text: string, path: string): Table | undefined {
  try {
    let value: unknown = JSON5.parse(text);
    for (const key of ENTRY) value = tableOf(value)?.[key];
    return tableOf(value);
  } catch {
    throw badConfig(path);
  }
}

/** What taking it out again would do. */
export function planPluginRemoval(host: Host, home: Home): InstallStep[] {
  const { join } = pathsOf(host.platform);
  const folder = pluginFolder(host, home);
  const files = [...FILES, PROGRAM].map((name) => {
    const edit = planRevert(host, join(folder, name), "hooks", () => undefined);
    const { carryOut, ...step } = revertStep(host, edit);
    return {
      ...step,
      agent: "openclaw",
      async carryOut() {
        await carryOut();
        removeIfEmpty(host, folder);
      },
    };
  });
  return [disabling(host, home), ...files];
}

function removeIfEmpty({ fs }: Host, folder: string): void {
  if (lstatIfThere(fs, folder) && fs.list(folder).entries.length === 0) fs.remove(folder);
}
