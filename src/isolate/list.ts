/** What isolated homes there are. */
import { checkInterrupt, type Host, lstatIfThere, pathsOf } from "../base/mod.ts";
import { type IsolatedHome, isolatedHomes, openClawIsolated } from "../profiles/mod.ts";
import { type Login, loginIn } from "./login.ts";

/** One home as `isolate list` shows it. */
export interface IsolatedItem extends IsolatedHome {
  login: Login;
  files: number;
  /** Of the files in it. */
  bytes: number;
}

/** What `isolate list` gives back. */
export interface IsolatedList {
  ok: boolean;
  homes: IsolatedItem[];
}

/** All isolated homes: Lifeboat's own, and those of OpenClaw's agents. Changes nothing. */
export function listIsolated(host: Host): IsolatedList {
  const homes = [...isolatedHomes(host), ...openClawIsolated(host)].map((home): IsolatedItem => {
    return { ...home, login: loginIn(host, home.path), ...sizeOf(host, home.path) };
  });
  return { ok: true, homes };
}

/** Files below a folder and their bytes; links are not followed. */
function sizeOf(host: Host, folder: string): { files: number; bytes: number } {
  checkInterrupt(host);
  const { join } = pathsOf(host.platform);
  let [files, bytes] = [0, 0];
  for (const { name } of host.fs.list(folder).entries) {
    const info = lstatIfThere(host.fs, join(folder, name)); // an agent may be at work in it
    if (!info) continue;
    const size = info.kind === "directory"
      ? sizeOf(host, join(folder, name))
      : { files: 1, bytes: info.kind === "file" ? info.size : 0 };
    files += size.files;
    bytes += size.bytes;
  }
  return { files, bytes };
}
