/** Choosing among many: a list with boxes, drawn on stderr. What is drawn is a pure function. */
import { cut } from "./format.ts";
import type { Style } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** One box; its text is fit for a terminal. */
export interface Box {
  id: string;
  text: string;
  /** At first; by default it is. */
  isChosen?: boolean;
}

/** How far choosing is. */
export interface Choosing {
  boxes: Box[];
  chosen: ReadonlySet<string>;
  /** The box that a key is about. */
  at: number;
}

/** Boxes that are shown at once. */
const WINDOW = 12;

/** What a key does; nothing for one that has no meaning. */
export function press({ boxes, chosen, at }: Choosing, key: string): Choosing {
  const last = boxes.length - 1;
  if (key === "up" || key === "k") return { boxes, chosen, at: at === 0 ? last : at - 1 };
  if (key === "down" || key === "j") return { boxes, chosen, at: at === last ? 0 : at + 1 };
  if (key === " ") {
    const changed = new Set(chosen);
    if (!changed.delete(boxes[at].id)) changed.add(boxes[at].id);
    return { boxes, chosen: changed, at };
  }
  if (key !== "a") return { boxes, chosen, at };
  const all = boxes.map(({ id }) => id);
  return { boxes, chosen: new Set(chosen.size === all.length ? [] : all), at };
}

/** The lines that show how far choosing is, none wider than the terminal. */
export function drawn(title: string, { boxes, chosen, at }: Choosing, width: number, style: Style) {
  const from = Math.max(0, Math.min(at - Math.floor(WINDOW / 2), boxes.length - WINDOW));
  const lines = boxes.slice(from, from + WINDOW).map(({ id, text }, index) => {
    const mark = chosen.has(id) ? "[x]" : "[ ]";
    const line = cut(`${from + index === at ? ">" : " "} ${mark} ${text}`, width - 1);
    return from + index === at ? style.bold(line) : line;
  });
  const keys = "arrows: move, space: choose, a: all or none, Enter: go on, Ctrl-C: stop";
  const count = `${chosen.size} of ${boxes.length} chosen`;
  return [cut(title, width - 1), ...lines, style.dim(cut(`${count}; ${keys}`, width - 1))];
}

/** Lets a person choose. Throws `interrupted`. */
export async function chooseBoxes(
  terminal: Terminal,
  { title, boxes, signal, style }: {
    title: string;
    boxes: Box[];
    signal: AbortSignal;
    style: Style;
  },
): Promise<string[]> {
  const atFirst = boxes.filter(({ isChosen = true }) => isChosen).map(({ id }) => id);
  let state: Choosing = { boxes, chosen: new Set(atFirst), at: 0 };
  let lines = 0;
  const draw = () => {
    const shown = drawn(title, state, terminal.columns(), style);
    terminal.err(`${lines > 0 ? `\x1b[${lines}A\x1b[J` : ""}${shown.join("\r\n")}\r\n`);
    lines = shown.length;
  };
  draw();
  for await (const key of terminal.readKeys(signal)) {
    if (key === "\r" || key === "\n") break;
    state = press(state, key);
    draw();
  }
  return boxes.map(({ id }) => id).filter((id) => state.chosen.has(id));
}
