/** Reading a live home: what is in it, what is left out, and one consistent state of each file. */
export * from "./rules.ts";
export * from "./walk.ts";
export * from "./stable_read.ts";
