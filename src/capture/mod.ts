/** Reading a live home: what is in it, what is left out, and one consistent state of each file. */
export * from "./database.ts";
export { isDatabase, mainOfSidecar } from "./database_files.ts";
export * from "./rules.ts";
export * from "./stable_read.ts";
export * from "./walk.ts";
export { endOfLastLine } from "./whole_lines.ts";
