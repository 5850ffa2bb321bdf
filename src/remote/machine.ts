import { hostname } from "node:os";
import { ensureDir, type Host, isNotFound, pathsOf, readText, replaceFile } from "../base/mod.ts";

/** This machine, as backends know it: a fleet can share a bucket. */
export interface Machine {
  /** Part of every key; letters, digits and dashes. */
  id: string;
  /** For a person. */
  name: string;
}

/** Whether a text can be the id of a machine. */
export function isMachineId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(text);
}

function newMachine(): Machine {
  const name = hostname() || "machine";
  const readable = name.toLowerCase().split(".")[0].replaceAll(/[^a-z0-9]+/g, "-").slice(0, 40);
  const chance = crypto.randomUUID().slice(0, 8);
  return { id: [readable.replaceAll(/^-+|-+$/g, ""), chance].filter(Boolean).join("-"), name };
}

/** This machine; it gets its id when one is first asked for, and keeps it in the state folder. */
export function thisMachine(host: Host): Machine {
  const path = pathsOf(host.platform).join(host.folders.state, "machine.json");
  try {
    const { id, name } = JSON.parse(readText(host.fs, path, 64 << 10));
    if (isMachineId(String(id))) return { id, name: String(name) };
  } catch (error) {
    if (!isNotFound(error) && !(error instanceof SyntaxError)) throw error;
  }
  const machine = newMachine();
  ensureDir(host.fs, host.folders.state, host.platform);
  replaceFile(host.fs, path, JSON.stringify(machine) + "\n", host.platform);
  return machine;
}
