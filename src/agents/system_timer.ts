/** The timer of this system: which kind there is, and starting and stopping it. */
import {
  ensureDir,
  findCommand,
  type Host,
  LifeboatError,
  lstatIfThere,
  pathsOf,
  readText,
  removeIfThere,
  replaceFile,
  runCommand,
} from "../base/mod.ts";
import type { InstallStep } from "./install.ts";
import {
  changedCrontab,
  crontabLine,
  launchdAgent,
  systemdService,
  systemdTimer,
  type TimedCommand,
  TIMER_LABEL,
  TIMER_NAME,
  windowsTask,
} from "./timers.ts";

const MAX_BYTES = 1 << 20;

/** A timer that consists of files, which programs of the system are told of. */
interface FileTimer {
  files: { path: string; text: string }[];
  /** Programs and their arguments, run when the files are there. */
  start: string[][];
  /** Run before the files are removed, or replaced. */
  stop: string[][];
}

function systemd({ platform, userHome, env }: Host, command: TimedCommand): FileTimer {
  const { join } = pathsOf(platform);
  const folder = join(env.XDG_CONFIG_HOME || join(userHome, ".config"), "systemd", "user");
  const timer = `${TIMER_NAME}.timer`;
  return {
    files: [
      { path: join(folder, `${TIMER_NAME}.service`), text: systemdService(command) },
      { path: join(folder, timer), text: systemdTimer(command) },
    ],
    start: [
      ["systemctl", "--user", "daemon-reload"],
      ["systemctl", "--user", "enable", "--now", timer],
    ],
    stop: [["systemctl", "--user", "disable", "--now", timer]],
  };
}

function launchd({ platform, userHome }: Host, command: TimedCommand): FileTimer {
  const path = pathsOf(platform).join(userHome, "Library", "LaunchAgents", `${TIMER_LABEL}.plist`);
  return {
    files: [{ path, text: launchdAgent(command) }],
    start: [["launchctl", "load", "-w", path]],
    stop: [["launchctl", "unload", "-w", path]],
  };
}

function taskScheduler({ platform, folders }: Host, command: TimedCommand): FileTimer {
  const path = pathsOf(platform).join(folders.state, "schedule.xml");
  return {
    files: [{ path, text: windowsTask(command) }],
    start: [["schtasks", "/Create", "/TN", TIMER_NAME, "/XML", path, "/F"]],
    stop: [["schtasks", "/Delete", "/TN", TIMER_NAME, "/F"]],
  };
}

/** Runs a program; throws `no_timer` when it fails. */
async function run(host: Host, [name, ...args]: string[]): Promise<string> {
  const program = findCommand(host.fs, name, host.env, host.platform);
  const failed = (message: string) =>
    new LifeboatError("failed", "no_timer", message, {
      hint: "The schedule is kept; let something else call this every hour: lifeboat schedule run",
    });
  if (!program) throw failed(`No timer was set: ${name} is not installed`);
  const { code, stdout, stderr } = await runCommand({
    program,
    args,
    env: host.env,
    cwd: host.userHome,
    timeoutMs: 60_000,
    maxOutputBytes: MAX_BYTES,
    signal: host.signal,
  });
  if (code !== 0) {
    const reason = stderr.trim() || `it ended with ${code}`;
    throw failed(`${name} ${args.join(" ")} failed: ${reason}`);
  }
  return stdout;
}

/** The same for what may well fail: then there is nothing. */
async function tryRun(host: Host, command: string[]): Promise<string | undefined> {
  try {
    return await run(host, command);
  } catch (error) {
    host.signal.throwIfAborted();
    if (error instanceof LifeboatError) return undefined;
    throw error;
  }
}

/** The timer that this system has; nothing where only a crontab is left. */
async function fileTimer(host: Host, command: TimedCommand): Promise<FileTimer | undefined> {
  if (host.platform === "darwin") return launchd(host, command);
  if (host.platform === "windows") return taskScheduler(host, command);
  // systemd answers to no user in a container, or in one who has not logged in.
  const answer = await tryRun(host, ["systemctl", "--user", "show-environment"]);
  return answer === undefined ? undefined : systemd(host, command);
}

function isWritten({ fs }: Host, { path, text }: FileTimer["files"][number]): boolean {
  return lstatIfThere(fs, path) !== undefined && readText(fs, path, MAX_BYTES) === text;
}

async function startTimer(host: Host, { files, start, stop }: FileTimer): Promise<void> {
  for (const command of stop) await tryRun(host, command); // an older one
  for (const { path, text } of files) {
    ensureDir(host.fs, pathsOf(host.platform).dirname(path), host.platform);
    replaceFile(host.fs, path, text, host.platform);
  }
  for (const command of start) await run(host, command);
}

async function stopTimer(host: Host, { files, stop }: FileTimer): Promise<void> {
  for (const command of stop) await tryRun(host, command);
  for (const { path } of files) removeIfThere(host.fs, path);
}

/** Changes the crontab through a file, since `crontab` takes no text from arguments. */
async function writeCrontab(host: Host, text: string): Promise<void> {
  const path = pathsOf(host.platform).join(host.folders.state, "crontab.partial");
  ensureDir(host.fs, host.folders.state, host.platform);
  replaceFile(host.fs, path, text, host.platform);
  try {
    await run(host, ["crontab", path]);
  } finally {
    removeIfThere(host.fs, path);
  }
}

async function crontabStep(host: Host, line: string | undefined): Promise<InstallStep> {
  const before = await tryRun(host, ["crontab", "-l"]) ?? ""; // there may be none
  const after = changedCrontab(before, line);
  const action = after === before ? "unchanged" : line === undefined ? "remove" : "change";
  const carryOut = () => writeCrontab(host, after);
  return { what: "schedule", path: "crontab", action, carryOut };
}

/** Setting the timer for a command. */
export async function timerStep(host: Host, command: TimedCommand): Promise<InstallStep> {
  const timer = await fileTimer(host, command);
  if (!timer) return await crontabStep(host, crontabLine(command));
  const { path } = timer.files.at(-1)!;
  const action = timer.files.every((file) => isWritten(host, file))
    ? "unchanged"
    : lstatIfThere(host.fs, path)
    ? "change"
    : "create";
  return { what: "schedule", path, action, carryOut: () => startTimer(host, timer) };
}

/** Taking the timer away, of whatever kind it is; none where there is none. */
export async function timerRemovalSteps(
  host: Host,
  command: TimedCommand,
): Promise<InstallStep[]> {
  const steps: InstallStep[] = [];
  const timer = await fileTimer(host, command);
  const file = timer?.files.findLast(({ path }) => lstatIfThere(host.fs, path));
  if (timer && file) {
    const carryOut = () => stopTimer(host, timer);
    steps.push({ what: "schedule", path: file.path, action: "remove", carryOut });
  }
  if (host.platform !== "linux") return steps;
  const crontab = await crontabStep(host, undefined);
  return crontab.action === "remove" ? [...steps, crontab] : steps;
}
