/** The program that runs in worker threads: each room that has slow work names its jobs here. */
import { serveJobs } from "./base/mod.ts";

serveJobs({});
