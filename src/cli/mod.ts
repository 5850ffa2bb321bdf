/** The command line: flags to one engine call, its result to text or JSON. */
export type { StopRequests } from "./process.ts";
export { runProgram } from "./start.ts";
