import type { Command } from "commander";
import type { Act } from "./command.ts";
import { defineProfiles } from "./profiles.ts";

/** Adds every command to the program, in the order in which help shows them. */
export function defineCommands(program: Command, act: Act): void {
  defineProfiles(program, act);
}
