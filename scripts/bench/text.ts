/** Text to fill a home with, the same for the same seed (and the same state of the project). */

/** Numbers from 0 to 1. */
export type Random = () => number;

/** Numbers that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where prose and code are taken from: what people and agents of this project wrote. */
const SOURCES = ["src", "tests", "kit", "scripts"];
const TEXT_FILE = /\.(md|ts|toml|txt|sh)$/;

function* textFiles(path: string): Generator<string> {
  const entries = [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    if (isDirectory) yield* textFiles(`${path}/${name}`);
    else if (TEXT_FILE.test(name)) yield `${path}/${name}`;
  }
}

/** The project's text, and where each of its words begins. */
function readCorpus(project: string): { text: string; words: Uint32Array } {
  const files = SOURCES.flatMap((source) => [...textFiles(`${project}/${source}`)]);
  const text = files.map((file) => Deno.readTextFileSync(file)).join("\n");
  const words = Uint32Array.from(text.matchAll(/\S+/g), ({ index }) => index);
  return { text, words };
}

/** Makes text of about so many characters. */
export type Writer = (length: number) => string;

/** The longest stretch of words that is taken over as it stands. */
const LONGEST_STRETCH = 6;
/** How often a word comes that nobody has said before, as names, hashes and numbers are. */
const NEW_WORDS = 0.06;
/** How often something is said again that was said shortly before, and how long it can be. */
const ECHOES = 0.2;
const LONGEST_ECHO = 250;
const MEMORY = 16_000;

/** A writer of text like this project's: short stretches of it, put together anew. */
export function createWriter(project: string, random: Random): Writer {
  const { text, words } = readCorpus(project);
  let recent = "";

  function stretch(): string {
    const first = Math.floor(random() * (words.length - LONGEST_STRETCH));
    const next = first + 1 + Math.floor(random() * (LONGEST_STRETCH - 1));
    const name = random() < NEW_WORDS ? `${random().toString(36).slice(2)} ` : "";
    return text.slice(words[first], words[next]) + name;
  }

  function echo(): string {
    const first = Math.floor(random() * recent.length);
    return recent.slice(first, first + random() * LONGEST_ECHO);
  }

  return (length) => {
    let written = "";
    while (written.length < length) written += random() < ECHOES ? echo() : stretch();
    recent = (recent + written).slice(-MEMORY);
    return written;
  };
}
