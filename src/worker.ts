/** The program that runs in worker threads: each room that has slow work names its jobs here. */
import { DEFLATE_JOB, deflateJob } from "./archive/mod.ts";
import { serveJobs } from "./base/mod.ts";

serveJobs({ [DEFLATE_JOB]: deflateJob });
