/** What was recorded of changes, looked at. */
import { pathsOf } from "../../base/mod.ts";
import { limitOf } from "../parameter.ts";
import type { Tool } from "../tool.ts";
import { number, text } from "./choose.ts";

/** `snapshot status`. */
export const snapshotStatus: Tool = {
  name: "snapshot_status",
  title: "What snapshots are taken of",
  description: "Which homes and folders are tracked, how many snapshots there are, and how much " +
    "the store holds.",
  parameters: {},
  effect: "reads",
  async run({ host }) {
    const { snapshotStatus, withStoreThere } = await import("../../snapshots/mod.ts");
    return await withStoreThere(host, snapshotStatus);
  },
};

const SESSION = {
  type: "string" as const,
  description: "Only those of this session: its id, or a unique beginning of it.",
};

/** `snapshot list`. */
export const snapshotList: Tool = {
  name: "snapshot_list",
  title: "List snapshots",
  description: "The small captures between backups, newest first: when, by which tool, how many " +
    "changes. To roll back to one: snapshot_rollback.",
  parameters: {
    file_path: { type: "string", description: "Only those in which this file changed." },
    session_id: SESSION,
    limit: limitOf(20),
  },
  effect: "reads",
  async run({ host }, args) {
    const { findPlace, listSnapshots, withStoreThere } = await import("../../snapshots/mod.ts");
    const file = text(args, "file_path");
    return await withStoreThere(host, (store) =>
      listSnapshots(store, {
        session: text(args, "session_id"),
        limit: number(args, "limit") ?? 20,
        places: file === undefined
          ? undefined
          : [findPlace(store, pathsOf(host.platform).resolve(file))],
      }));
  },
};

/** `snapshot history`. */
export const snapshotHistory: Tool = {
  name: "snapshot_history",
  title: "History of a file",
  description: "Every recorded change of a file, newest first: when, by which tool and session, " +
    "sizes; not its content. The file need not be there any more.",
  parameters: {
    file_path: { type: "string", description: "The file, absolute or from the current folder." },
    session_id: SESSION,
    limit: limitOf(50),
  },
  required: ["file_path"],
  effect: "reads",
  async run({ host }, args) {
    const { fileHistory, withStoreThere } = await import("../../snapshots/mod.ts");
    const path = pathsOf(host.platform).resolve(text(args, "file_path")!);
    const options = { limit: number(args, "limit") ?? 50, session: text(args, "session_id") };
    return await withStoreThere(host, (store) => fileHistory(store, path, options));
  },
};
