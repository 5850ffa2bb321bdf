/** Looking at homes and their conversations. */
import { createWorkerPool, parseMoment } from "../../base/mod.ts";
import { limitOf, PROFILE } from "../parameter.ts";
import type { Tool } from "../tool.ts";
import { homeOf, number, text } from "./choose.ts";

/** `doctor`. */
export const doctor: Tool = {
  name: "doctor",
  title: "Examine an agent's home",
  description:
    "Whether a home is healthy, and safe to back up or restore. core_ok or path_scan_ok " +
    "false blocks a backup. Runs nothing, and shows no values of the configuration.",
  parameters: { profile: PROFILE },
  effect: "reads",
  async run(call, args) {
    const { examineHome } = await import("../../doctor/mod.ts");
    const { requireHome } = await import("../../profiles/mod.ts");
    const home = await homeOf(call, args);
    requireHome(call.host, home);
    const pool = createWorkerPool(1);
    try {
      return await examineHome(call.host, pool, home, { runCommands: false });
    } finally {
      pool.close();
    }
  },
};

/** `sessions list`, without the names of conversations: they are often their first words. */
export const sessionsList: Tool = {
  name: "sessions_list",
  title: "List conversations",
  description:
    "The conversations a home or a backup holds, those last taken up first: id, agent, " +
    "project folder, times, size; never what was said. To find one that is lost, look into a backup.",
  parameters: {
    profile: { type: "string", description: "Only those of this agent. Default: all." },
    backup_id: {
      type: "string",
      description:
        "Look into this backup, instead of the homes: an id from backup_list, or latest.",
    },
    project: { type: "string", description: "Only in these folders: a name, or an absolute path." },
    since: { type: "string", description: "Only those taken up since: 8h, 7d, 2026-11-20." },
    limit: limitOf(20),
  },
  effect: "reads",
  async run(call, args) {
    const { host } = call;
    const { listSessions, withSources } = await import("../../sessions/mod.ts");
    const [backup, since] = [text(args, "backup_id"), text(args, "since")];
    const profile = text(args, "profile") ?? (backup === "latest" ? call.profile : undefined);
    const filter = {
      project: text(args, "project"),
      sinceMs: since ? parseMoment(since, host.now()) : undefined,
      limit: number(args, "limit") ?? 20,
    };
    return await withSources(host, { profile, backup, onlyNames: true }, async (sources) => {
      const report = await listSessions(host, sources, filter);
      return { ...report, sessions: report.sessions.map(({ name: _, ...session }) => session) };
    });
  },
};
