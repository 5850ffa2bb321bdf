import {
  isDue,
  noteRun,
  parseInterval,
  parseTimeOfDay,
  readSchedule,
  readScheduleRecord,
  removeSchedule,
  schedulePath,
  tooOldHours,
  writeSchedule,
} from "../../src/upkeep/schedule.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost, withTempDir } from "../support/host.ts";

const DAILY = { every_hours: 24, at: null, keep: {}, recipients: [], storage: null };

/** A moment of local time. */
function local(day: number, time: string): Date {
  const [hours, minutes] = time.split(":").map(Number);
  return new Date(2026, 10, day, hours, minutes);
}

Deno.test("intervals and times of day are understood, others are not", () => {
  assert.deepEqual(["6h", "1d", "2w"].map(parseInterval), [6, 24, 336]);
  for (const text of ["", "0d", "1", "1m", "-1d", "1.5h", "99999h", "1d "]) {
    assert.equal(parseInterval(text), undefined, text);
  }
  assert.deepEqual(["03:00", "3:05", "23:59"].map(parseTimeOfDay), [180, 185, 1439]);
  for (const text of ["", "24:00", "3", "03:60", "03:00:00", "noon"]) {
    assert.equal(parseTimeOfDay(text), undefined, text);
  }
});

Deno.test("a run is due when the interval has passed, a few minutes early or late", () => {
  const due = (last: string | null, now: Date) => isDue(DAILY, last, now);
  assert.ok(due(null, local(20, "12:00")));
  const last = local(20, "12:00").toISOString();
  assert.ok(!due(last, local(20, "13:00")));
  assert.ok(!due(last, local(21, "11:00")));
  assert.ok(due(last, local(21, "11:57")));
  assert.ok(due(last, local(25, "08:00")), "the machine was switched off");
});

Deno.test("at a time of day it runs once a day, and is caught up on after sleep", () => {
  const nightly = { ...DAILY, at: "03:00" };
  const due = (last: Date, now: Date) => isDue(nightly, last.toISOString(), now);
  assert.ok(due(local(19, "03:00"), local(20, "03:00")));
  assert.ok(!due(local(20, "03:00"), local(20, "04:00")));
  assert.ok(!due(local(20, "03:01"), local(21, "02:00")));
  assert.ok(due(local(19, "03:00"), local(20, "09:30")), "asleep at three");
  assert.ok(!due(local(20, "09:30"), local(20, "10:30")));
  assert.ok(due(local(20, "09:30"), local(21, "03:00")));
});

Deno.test("a clock that was wrong does not keep a run from being due", () => {
  assert.ok(isDue(DAILY, local(25, "12:00").toISOString(), local(20, "12:00")));
  assert.ok(isDue(DAILY, "nonsense", local(20, "12:00")));
});

Deno.test("a backup is too old after twice the interval", () => {
  assert.equal(tooOldHours({ ...DAILY, every_hours: 6 }), 12);
  assert.equal(tooOldHours({ ...DAILY, at: "03:00" }), 48);
});

Deno.test("a schedule is kept until it is removed; a torn one is refused, a torn record is not", () =>
  withTempDir(async (folder) => {
    const host = testHost(folder);
    assert.equal(readSchedule(host), undefined);
    const schedule = { ...DAILY, every_hours: 6, keep: { daily: 7 }, recipients: ["age1x"] };
    writeSchedule(host, schedule);
    assert.deepEqual(readSchedule(host), schedule);
    Deno.writeTextFileSync(schedulePath(host), '{"every_hours": 6');
    await rejectsWith(() => readSchedule(host), "bad_config");
    removeSchedule(host);
    assert.equal(readSchedule(host), undefined);
    Deno.mkdirSync(host.folders.state, { recursive: true });
    Deno.writeTextFileSync(`${host.folders.state}/schedule.json`, "[");
    assert.equal(readScheduleRecord(host).last_ok, null);
  }));

Deno.test("a failed run is noted, and the last good one is not forgotten", () =>
  withTempDir((folder) => {
    const host = testHost(folder);
    noteRun(host, new Date("2026-11-19T03:00:00Z"), null);
    noteRun(host, new Date("2026-11-20T03:00:00Z"), "no room");
    const { last_ok, last_run, failure } = readScheduleRecord(host);
    assert.equal(Date.parse(last_ok!), Date.parse("2026-11-19T03:00:00Z"));
    assert.equal(Date.parse(last_run!), Date.parse("2026-11-20T03:00:00Z"));
    assert.equal(failure, "no room");
  }));
