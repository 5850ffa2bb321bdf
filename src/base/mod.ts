/** Errors, the file system behind one interface, locks, paths, hashing, time and workers. */
export * from "./build_info.ts";
export * from "./command.ts";
export * from "./config.ts";
export * from "./errors.ts";
export * from "./files.ts";
export * from "./fs.ts";
export * from "./glob.ts";
export * from "./hash.ts";
export * from "./host.ts";
export * from "./kernel.ts";
export * from "./lock.ts";
export * from "./paths.ts";
export * from "./real_fs.ts";
export * from "./scratch.ts";
export * from "./text.ts";
export * from "./time.ts";
export * from "./workers.ts";
