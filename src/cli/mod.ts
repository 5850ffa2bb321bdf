/** The command line: flags to one engine call, its result to text or JSON. */
export { type Ending, runProgram, type StopRequests } from "./start.ts";
