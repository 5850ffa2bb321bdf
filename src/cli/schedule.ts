import { type Command, InvalidArgumentError } from "commander";
import type { Schedule } from "../upkeep/mod.ts";
import {
  type Act,
  type Answer,
  type Context,
  type GlobalFlags,
  helpTail,
  several,
} from "./command.ts";
import { type KeepFlags, keepOptions, keepRules } from "./keep.ts";
import { installText } from "./text/install.ts";
import { scheduledRunText, scheduleShownText } from "./text/schedule.ts";

interface ScheduleFlags extends GlobalFlags, KeepFlags {
  every?: string;
  at?: string;
  recipient?: string[];
  storage?: string;
  dryRun?: boolean;
  now?: boolean;
}

const upkeep = () => import("../upkeep/mod.ts");
const agents = () => import("../agents/mod.ts");

async function scheduleOf({ every = "1d", at, ...flags }: ScheduleFlags): Promise<Schedule> {
  const { parseInterval, parseTimeOfDay } = await upkeep();
  const every_hours = parseInterval(every);
  if (every_hours === undefined) {
    throw new InvalidArgumentError(`--every ${every}: expected 6h, 1d or 2w.`);
  }
  if (at !== undefined && parseTimeOfDay(at) === undefined) {
    throw new InvalidArgumentError(`--at ${at}: expected a time of day, 03:00.`);
  }
  const { recipient: recipients = [], storage = null } = flags;
  return { every_hours, at: at ?? null, keep: keepRules(flags), recipients, storage };
}

async function install({ host }: Context, flags: ScheduleFlags): Promise<Answer> {
  const { carryOut, planSchedule } = await agents();
  const plan = await planSchedule(host, await scheduleOf(flags));
  const result = await carryOut([plan], { dryRun: flags.dryRun });
  return { result, text: (style) => installText(result, style) };
}

async function remove({ host }: Context, flags: ScheduleFlags): Promise<Answer> {
  const { carryOut, planScheduleRemoval } = await agents();
  const result = await carryOut([await planScheduleRemoval(host)], { dryRun: flags.dryRun });
  return { result, text: (style) => installText(result, style) };
}

async function show({ host }: Context): Promise<Answer> {
  const { readSchedule, readScheduleRecord } = await upkeep();
  const schedule = readSchedule(host) ?? null;
  const result = { ok: true, schedule, record: readScheduleRecord(host) };
  return { result, text: () => scheduleShownText(result, host.now()) };
}

async function run({ host }: Context, flags: ScheduleFlags): Promise<Answer> {
  const result = await (await upkeep()).runSchedule(host, { now: flags.now });
  return { result, text: (style) => scheduledRunText(result, style) };
}

function defineScheduleInstall(group: Command, act: Act): void {
  const command = group.command("install")
    .description("back up every home regularly, by the timer that the system has")
    .option("--every <interval>", "6h, 1d, 2w; by default 1d")
    .option("--at <time>", "once a day, at this time: 03:00");
  keepOptions(command)
    .option(
      "--recipient <key>",
      "encrypt to this recipient: age1..., or the name of a key here; repeatable",
      several,
    )
    .option("--storage <id>", "copy each backup to this backend")
    .option("--dry-run", "only say which files would change")
    .addHelpText(
      "after",
      "\nWithout a --keep-..., no backup is ever removed.\n" + helpTail(
        [
          "lifeboat schedule install --every 1d --keep-daily 7 --keep-weekly 4",
          "lifeboat schedule install --at 03:00 --recipient main --storage my-backups",
        ],
        [0, 2, 3, 10],
      ),
    )
    .action(act(install));
}

/** `schedule`. */
export function defineSchedule(program: Command, act: Act): void {
  const group = program.command("schedule")
    .description("back up every home regularly, and be told when that fails")
    .addHelpText("after", helpTail(["lifeboat schedule install --at 03:00"], [0, 1, 2, 3, 10]));
  defineScheduleInstall(group, act);
  group.command("remove").description("stop it; what it has made stays")
    .option("--dry-run", "only say which files would change")
    .addHelpText("after", helpTail(["lifeboat schedule remove"], [0, 2, 3]))
    .action(act(remove));
  group.command("show").description("what is scheduled, and how it went")
    .addHelpText("after", helpTail(["lifeboat schedule show"], [0, 2]))
    .action(act(show));
  group.command("run").description("do what is due now; the timer calls this every hour")
    .option("--now", "although it is not yet time")
    .addHelpText("after", helpTail(["lifeboat schedule run --now"], [0, 1, 2, 10, 130]))
    .action(act(run));
}
