/** The program that runs in worker threads: each room that has slow work names its jobs here. */
import {
  checkForeignDatabase,
  DEFLATE_JOB,
  deflateJob,
  DELIVER_JOB,
  deliverJob,
  FOREIGN_DATABASE_JOB,
  INFLATE_JOB,
  inflateJob,
  READ_BACK_JOB,
  readBackJob,
} from "./archive/mod.ts";
import { serveJobs } from "./base/mod.ts";
import { DATABASE_JOB, databaseJob } from "./capture/mod.ts";
import { readThreadRows, THREAD_ROWS_JOB } from "./doctor/mod.ts";
import { PASSPHRASE_JOB, passphraseJob, SEAL_JOB, sealJob } from "./seal/mod.ts";
import {
  COPY_THREAD_ROWS_JOB,
  copyThreadRows,
  FORGET_THREADS_JOB,
  forgetThreads,
  KEEP_AGENT_ROWS_JOB,
  keepAgentRows,
  PUT_AGENT_ROWS_JOB,
  putAgentRows,
  REMAP_DATABASE_JOB,
  REMAP_STATE_JOB,
  remapDatabaseJob,
  remapStateJob,
  RENAME_AGENT_JOB,
  renameAgentJob,
} from "./sessions/mod.ts";

serveJobs({
  [DEFLATE_JOB]: deflateJob,
  [DELIVER_JOB]: deliverJob,
  [FOREIGN_DATABASE_JOB]: checkForeignDatabase,
  [INFLATE_JOB]: inflateJob,
  [READ_BACK_JOB]: readBackJob,
  [PASSPHRASE_JOB]: passphraseJob,
  [SEAL_JOB]: sealJob,
  [DATABASE_JOB]: databaseJob,
  [THREAD_ROWS_JOB]: readThreadRows,
  [COPY_THREAD_ROWS_JOB]: copyThreadRows,
  [FORGET_THREADS_JOB]: forgetThreads,
  [REMAP_DATABASE_JOB]: remapDatabaseJob,
  [REMAP_STATE_JOB]: remapStateJob,
  [RENAME_AGENT_JOB]: renameAgentJob,
  [KEEP_AGENT_ROWS_JOB]: keepAgentRows,
  [PUT_AGENT_ROWS_JOB]: putAgentRows,
});
