/** Telling the user where they look: nobody reads `status` (a desktop notification, a line at the start of a session). */
import { findCommand, type Host, type Platform, runCommand } from "../base/mod.ts";
import { readSchedule, readScheduleRecord, tooOldHours } from "./schedule.ts";

const HOUR_MS = 3_600_000;
const TITLE = "Lifeboat";

/** A program and its arguments. The text is never part of a script, only an argument or a variable of it. */
interface NotificationCommand {
  program: string;
  args: string[];
  env?: Record<string, string>;
}

const APPLESCRIPT =
  "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run";

const POWERSHELL = "Add-Type -AssemblyName System.Windows.Forms, System.Drawing; " +
  "$icon = New-Object System.Windows.Forms.NotifyIcon; " +
  "$icon.Icon = [System.Drawing.SystemIcons]::Warning; $icon.Visible = $true; " +
  "$icon.ShowBalloonTip(10000, $env:LIFEBOAT_TITLE, $env:LIFEBOAT_TEXT, 'Warning'); " +
  "Start-Sleep 10; $icon.Dispose()";

/** How a system shows a notification. */
export function notificationCommand(platform: Platform, text: string): NotificationCommand {
  if (platform === "darwin") {
    return { program: "osascript", args: ["-e", APPLESCRIPT, TITLE, text] };
  }
  if (platform === "windows") {
    return {
      program: "powershell",
      args: ["-NoProfile", "-NonInteractive", "-Command", POWERSHELL],
      env: { LIFEBOAT_TITLE: TITLE, LIFEBOAT_TEXT: text },
    };
  }
  const args = ["--urgency=critical", `--app-name=${TITLE}`, "--", TITLE, text];
  return { program: "notify-send", args };
}

/** Shows a notification on the desktop; tells whether that worked. There may be no desktop. */
export async function notify(host: Host, text: string): Promise<boolean> {
  const { program: name, args, env } = notificationCommand(host.platform, text);
  const program = findCommand(host.fs, name, host.env, host.platform);
  if (!program) return false;
  try {
    const { code } = await runCommand({
      program,
      args,
      env: { ...host.env, ...env },
      cwd: host.userHome,
      timeoutMs: 30_000,
      maxOutputBytes: 4096,
      signal: host.signal,
    });
    return code === 0;
  } catch {
    return false; // the record of the run and `status` still tell
  }
}

/** What the user has to know about the scheduled backups; nothing while they are well. Reads two small files. */
export function alarm(host: Host): string | undefined {
  const schedule = readSchedule(host);
  if (!schedule) return undefined;
  const { last_ok, last_run, failure } = readScheduleRecord(host);
  if (failure !== null) return `The last scheduled backup failed: ${failure}. See: lifeboat status`;
  const age = host.now().getTime() - (Date.parse(last_ok ?? "") || 0);
  if (last_run === null || age <= tooOldHours(schedule) * HOUR_MS) return undefined;
  const days = Math.floor(age / (24 * HOUR_MS));
  return `The last scheduled backup was ${days} days ago. See: lifeboat status`;
}
