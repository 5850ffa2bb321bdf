import type { Env } from "../base/mod.ts";

/** Marks up a piece of text; without colour the text stays as it is. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const same = (text: string) => text;

/** No colour. */
export const plain: Style = { bold: same, dim: same, red: same, green: same, yellow: same };

function sgr(on: number, off: number): (text: string) => string {
  return (text) => text && `\x1b[${on}m${text}\x1b[${off}m`;
}

/** Colours and weights that every terminal of the last decades knows. */
export const coloured: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
};

/** The style for a stream: coloured only on a terminal, and never against the user's wish. */
export function styleFor(isTerminal: boolean, env: Env, noColor: boolean): Style {
  const wanted = isTerminal && !noColor && !env.NO_COLOR && env.TERM !== "dumb";
  return wanted ? coloured : plain;
}
