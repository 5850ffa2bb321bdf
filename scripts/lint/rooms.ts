/**
 * Lint rules for the house (the rooms under src/, each with its door `mod.ts`):
 * arrows point down the list of rooms, and only base touches the file system.
 */
import { dirname, join, relative } from "node:path";

/** The rooms, top to bottom: each may use those that come after it. */
export const ROOMS = [
  "cli",
  "mcp",
  "agents",
  "hooks",
  "isolate",
  "migrate",
  "upkeep",
  "restore",
  "backup",
  "doctor",
  "snapshots",
  "remote",
  "sessions",
  "capture",
  "catalog",
  "archive",
  "profiles",
  "seal",
  "base",
];

const ROOT = dirname(dirname(import.meta.dirname!));

/** Where a file of the project lies: `src/<room>/…`, or above the rooms (main.ts, src/worker.ts). */
interface Place {
  /** Relative to the project, with forward slashes. */
  path: string;
  room?: string;
}

function placeOf(file: string): Place {
  const path = relative(ROOT, file).replaceAll("\\", "/");
  return { path, room: path.match(/^src\/([^/]+)\//)?.[1] };
}

/** Whether the rules are for a file: tests and scripts are free. */
function isProgram({ path }: Place): boolean {
  return path === "main.ts" || path.startsWith("src/");
}

/** Why a file must not import another one, or undefined when it may. */
function importFault(fromFile: string, specifier: string): string | undefined {
  const from = placeOf(fromFile);
  if (!isProgram(from) || !specifier.startsWith(".")) return undefined;
  const to = placeOf(join(dirname(fromFile), specifier));
  if (to.room === undefined) return `${to.path} is in no room: the program is made of rooms`;
  if (to.room === from.room) return undefined;
  if (!ROOMS.includes(to.room)) return `${to.room} is not in the list of rooms in scripts/lint`;
  if (to.path !== `src/${to.room}/mod.ts`) {
    return `${to.path} is behind another room's door: import src/${to.room}/mod.ts`;
  }
  if (from.room === undefined) return undefined;
  if (!ROOMS.includes(from.room)) return `${from.room} is not in the list of rooms in scripts/lint`;
  if (ROOMS.indexOf(from.room) < ROOMS.indexOf(to.room)) return undefined;
  return `${from.room} is below ${to.room}: arrows point down the list of rooms only`;
}

type Importing = { source: Deno.lint.Expression | Deno.lint.StringLiteral | null };

function checkImport(context: Deno.lint.RuleContext, node: Deno.lint.Node & Importing): void {
  if (node.source?.type !== "Literal" || typeof node.source.value !== "string") return;
  const message = importFault(context.filename, node.source.value);
  if (message) context.report({ node, message });
}

const roomOrder: Deno.lint.Rule = {
  create: (context) => ({
    ImportDeclaration: (node) => checkImport(context, node),
    ExportNamedDeclaration: (node) => checkImport(context, node),
    ExportAllDeclaration: (node) => checkImport(context, node),
    ImportExpression(node) {
      checkImport(context, node);
      if (node.source.type === "Literal" || !isProgram(placeOf(context.filename))) return;
      context.report({ node, message: "a computed import: the compiled program cannot find it" });
    },
  }),
};

const FILE_FUNCTIONS = new Set(
  ("chmod chown copyFile create link lstat makeTempDir makeTempFile mkdir open readDir readFile " +
    "readLink readTextFile realPath remove rename stat symlink truncate umask utime watchFs " +
    "writeFile writeTextFile").split(" "),
);
const FILE_MODULES = /^(node:)?fs(\/promises)?$/;
const PROCESS_GLOBALS = new Set(["args", "env", "exit"]);

/** What stands instead of a member of `Deno` outside base, or undefined when it may be used. */
function denoFault(member: string): string | undefined {
  if (FILE_FUNCTIONS.has(member.replace(/Sync$/, ""))) return "host.fs";
  return PROCESS_GLOBALS.has(member) ? "the Host and the options, or main.ts" : undefined;
}

/** main.ts and base are where the program meets the machine. */
function isEngine(place: Place): boolean {
  return place.path.startsWith("src/") && place.room !== "base";
}

const machineThroughBase: Deno.lint.Rule = {
  create(context) {
    if (!isEngine(placeOf(context.filename))) return {};
    return {
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.object.name !== "Deno") return;
        if (node.property.type !== "Identifier") return;
        const instead = denoFault(node.property.name);
        if (!instead) return;
        context.report({
          node,
          message: `Deno.${node.property.name} outside base: use ${instead}`,
        });
      },
      ImportDeclaration(node) {
        if (!FILE_MODULES.test(node.source.value)) return;
        context.report({ node, message: `${node.source.value} outside base: use host.fs` });
      },
    };
  },
};

/** The plugin, as deno.json names it. */
const plugin: Deno.lint.Plugin = {
  name: "lifeboat",
  rules: { "room-order": roomOrder, "machine-through-base": machineThroughBase },
};
export default plugin;
