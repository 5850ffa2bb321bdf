/**
 * The timers of the systems, as text. Pure. Each calls `lifeboat schedule run` every hour, which looks
 * whether it is time: so all of them catch up after sleep, and a failed run is tried again.
 */

/** What a timer starts. */
export interface TimedCommand {
  /** Absolute path of the executable. */
  program: string;
  args: string[];
  /** Variables that say where homes and configuration lie. */
  env: Record<string, string>;
  /** At which minute of each hour. */
  minute: number;
}

/** Name of the timer, where a system wants a short one. */
export const TIMER_NAME = "lifeboat";
/** The same as macOS wants it. */
export const TIMER_LABEL = "com.lifeboat-backup.lifeboat";

const ABOUT = "Lifeboat: backups of the homes of coding agents";

/** A word of a systemd unit file (systemd.syntax, systemd.service "Command lines"). */
function systemdWord(word: string): string {
  const escaped = word.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("%", "%%").replaceAll("$", "$$$$").replaceAll("\n", "\\n");
  return `"${escaped}"`;
}

/** systemd's service; `Environment=` knows no `$`. */
export function systemdService({ program, args, env }: TimedCommand): string {
  const variables = Object.entries(env)
    .map(([name, value]) => `Environment=${systemdWord(`${name}=${value}`).replaceAll("$$", "$")}`);
  return [
    "[Unit]",
    `Description=${ABOUT}`,
    "",
    "[Service]",
    "Type=oneshot",
    ...variables,
    `ExecStart=${[program, ...args].map(systemdWord).join(" ")}`,
    "Nice=10",
    "IOSchedulingClass=idle",
    "",
  ].join("\n");
}

/** systemd's timer. */
export function systemdTimer({ minute }: TimedCommand): string {
  return [
    "[Unit]",
    `Description=${ABOUT}`,
    "",
    "[Timer]",
    `OnCalendar=*-*-* *:${String(minute).padStart(2, "0")}:00`,
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
    "",
  ].join("\n");
}

function xml(text: string): string {
  const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (character) => escapes[character]);
}

/** launchd's agent, a property list. */
export function launchdAgent({ program, args, env, minute }: TimedCommand): string {
  const words = [program, ...args].map((word) => `    <string>${xml(word)}</string>`);
  const variables = Object.entries(env)
    .flatMap((
      [name, value],
    ) => [`    <key>${xml(name)}</key>`, `    <string>${xml(value)}</string>`]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" ' +
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    "<dict>",
    "  <key>Label</key>",
    `  <string>${TIMER_LABEL}</string>`,
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...words,
    "  </array>",
    "  <key>EnvironmentVariables</key>",
    "  <dict>",
    ...variables,
    "  </dict>",
    "  <key>StartCalendarInterval</key>",
    "  <dict>",
    "    <key>Minute</key>",
    `    <integer>${minute}</integer>`,
    "  </dict>",
    "  <key>ProcessType</key>",
    "  <string>Background</string>",
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

/** An argument of a Windows command line (CommandLineToArgvW). */
function windowsWord(word: string): string {
  if (/^[^\s"]+$/.test(word)) return word;
  return `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

/** A task of Windows' Task Scheduler. A task has no variables of its own: it gets the user's. */
export function windowsTask({ program, args, minute }: TimedCommand): string {
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    `  <RegistrationInfo><Description>${ABOUT}</Description></RegistrationInfo>`,
    "  <Triggers>",
    "    <CalendarTrigger>",
    "      <Repetition><Interval>PT1H</Interval></Repetition>",
    `      <StartBoundary>2026-01-01T00:${String(minute).padStart(2, "0")}:00</StartBoundary>`,
    "      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>",
    "    </CalendarTrigger>",
    "  </Triggers>",
    "  <Settings>",
    "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>",
    "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>",
    "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>",
    "    <StartWhenAvailable>true</StartWhenAvailable>",
    "    <ExecutionTimeLimit>PT6H</ExecutionTimeLimit>",
    "    <Priority>7</Priority>",
    "  </Settings>",
    '  <Actions Context="Author">',
    "    <Exec>",
    `      <Command>${xml(program)}</Command>`,
    `      <Arguments>${xml(args.map(windowsWord).join(" "))}</Arguments>`,
    "    </Exec>",
    "  </Actions>",
    "</Task>",
    "",
  ].join("\r\n");
}

/** A word for `sh`; in a crontab `%` is the end of the line unless it is escaped. */
function cronWord(word: string): string {
  const quoted = /^[\w@+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  return quoted.replaceAll("%", "\\%");
}

/** How the line in a crontab can be known again. */
const CRON_MARK = "# lifeboat schedule";

/** The line of a crontab. */
export function crontabLine({ program, args, env, minute }: TimedCommand): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${cronWord(value)}`);
  const words = [...variables, ...[program, ...args].map(cronWord)].join(" ");
  return `${minute} * * * * ${words} >/dev/null 2>&1 ${CRON_MARK}`;
}

/** A crontab with the line of lifeboat, or without one. Other lines stay as they are. */
export function changedCrontab(crontab: string, line: string | undefined): string {
  const lines = crontab.split("\n").filter((one) => !one.endsWith(CRON_MARK));
  while (lines.at(-1) === "") lines.pop();
  const all = line === undefined ? lines : [...lines, line];
  return all.length > 0 ? all.join("\n") + "\n" : "";
}
