/** A Codex home of its own for one agent, into which nothing of the user's personal one leaks. */
export { createIsolated, type CreateResult } from "./create.ts";
export { reservedIn } from "./environment.ts";
export { execIsolated } from "./exec.ts";
export { type IsolatedItem, type IsolatedList, listIsolated } from "./list.ts";
export { removeIsolated, type RemoveResult } from "./remove.ts";
