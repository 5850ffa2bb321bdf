/**
 * A home like those that people have: transcripts of prose and code, thousands of small files, two
 * databases whose agent has stopped.
 */
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createRandom, createWriter, type Random } from "./text.ts";
import { type Author, growTranscript } from "./transcript.ts";

/** What home is made. */
export interface BenchHomeOptions {
  /** Must not exist. */
  folder: string;
  /** Bytes, about. */
  size: number;
  seed: number;
  /** How many small files share a tenth of the size; default: what 4 kB each gives. */
  smallFiles?: number;
  /** The folder of this project, whose texts fill the home. */
  project: string;
}

/** A home that was made. Paths are absolute. */
export interface BenchHome {
  folder: string;
  /** Bytes of all files. */
  bytes: number;
  files: number;
  /** The longest is the first. */
  transcripts: string[];
  small: string[];
  /** Goes on where making the home ended. */
  author: Author;
}

/** Parts of the size. */
const SHARES = { transcripts: 0.8, longest: 0.06, small: 0.1, database: 0.05 };
const SMALL_FILE_BYTES = 4000;
const FILES_PER_SKILL = 40;
const LARGEST_WAL_BYTES = 4 << 20;
/** The home was last written to on this day: nothing in it is so new that its time proves little. */
const LAST_DAY = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;

/** Makes the home. */
export function makeBenchHome(options: BenchHomeOptions): BenchHome {
  const random = createRandom(options.seed);
  const author = { random, write: createWriter(options.project, random) };
  const home: BenchHome = {
    folder: options.folder,
    bytes: 0,
    files: 0,
    transcripts: [],
    small: [],
    author,
  };
  Deno.mkdirSync(home.folder, { recursive: true });
  addTranscripts(home, options.size);
  addSettings(home);
  addSmallFiles(home, options);
  addDatabases(home, options.size * SHARES.database);
  return home;
}

function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, "$1-$2-7$3-b$4-$5");
}

/** Counts a file, and makes it look written within the sixty days before the last. */
function settle(home: BenchHome, path: string): void {
  const at = new Date(LAST_DAY - Math.floor(home.author.random() * 60 * DAY_MS));
  Deno.utimeSync(path, at, at);
  home.bytes += Deno.statSync(path).size;
  home.files++;
}

function write(home: BenchHome, name: string, text: string): string {
  const path = `${home.folder}/${name}`;
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, text);
  settle(home, path);
  return path;
}

function addTranscript(home: BenchHome, bytes: number): number {
  const { random } = home.author;
  const day = new Date(LAST_DAY - random() * 60 * DAY_MS).toISOString();
  const folder = `${home.folder}/sessions/${day.slice(0, 10).replaceAll("-", "/")}`;
  const path = `${folder}/rollout-${day.slice(0, 19).replaceAll(":", "-")}-${uuid(random)}.jsonl`;
  Deno.mkdirSync(folder, { recursive: true });
  const written = growTranscript(path, bytes, home.author);
  settle(home, path);
  home.transcripts.push(path);
  return written;
}

/** Most conversations are short, a few are very long (agent-homes.md 1.2). */
function addTranscripts(home: BenchHome, size: number): void {
  let left = size * SHARES.transcripts;
  left -= addTranscript(home, size * SHARES.longest);
  while (left > 0) {
    const length = 20_000 + home.author.random() ** 6 * 40e6;
    left -= addTranscript(home, Math.min(left, length, size * SHARES.longest * 0.9));
  }
}

function addSettings(home: BenchHome): void {
  const { write: text, random } = home.author;
  write(home, "config.toml", 'model = "gpt-5.2-codex"\napproval_policy = "on-request"\n');
  write(home, "auth.json", '{"auth_mode":"apikey","OPENAI_API_KEY":null}\n');
  write(home, "AGENTS.md", text(3000));
  const prompts = home.transcripts.map((path) => {
    const line = { session_id: path.slice(-42, -6), ts: 1_790_000_000, text: text(random() * 500) };
    return JSON.stringify(line) + "\n";
  });
  write(home, "history.jsonl", prompts.join(""));
}

function addSmallFiles(home: BenchHome, { size, smallFiles }: BenchHomeOptions): void {
  const { write: text, random } = home.author;
  const total = size * SHARES.small;
  const count = smallFiles ?? Math.ceil(total / SMALL_FILE_BYTES);
  for (let i = 0; i < count; i++) {
    const length = total / count * (0.1 + random() * 1.8);
    const skill = `skills/skill-${Math.floor(i / FILES_PER_SKILL)}`;
    const name = i % FILES_PER_SKILL === 0 ? "SKILL" : `note-${i}`;
    home.small.push(write(home, `${skill}/${name}.md`, text(length)));
  }
}

const STATE = "CREATE TABLE threads (id TEXT PRIMARY KEY, rollout_path TEXT NOT NULL)";
const ITEMS = "CREATE TABLE items (id INTEGER PRIMARY KEY, result TEXT NOT NULL)";

function addDatabases(home: BenchHome, bytes: number): void {
  addDatabase(home, "memories_1.sqlite", bytes, () => {});
  addDatabase(home, "state_5.sqlite", bytes, (database) => {
    database.exec(STATE);
    const insert = database.prepare("INSERT INTO threads VALUES (?, ?)");
    for (const path of home.transcripts) insert.run(path.slice(-42, -6), path);
  });
}

/**
 * A database in WAL mode as an agent leaves it that was stopped: the latest transactions are still
 * in its `-wal`. Copied while it is open, since SQLite removes the WAL when it is closed.
 */
function addDatabase(
  home: BenchHome,
  name: string,
  bytes: number,
  fill: (database: DatabaseSync) => void,
): void {
  const draft = `${home.folder}.${name}`;
  const database = new DatabaseSync(draft);
  const late = Math.min(LARGEST_WAL_BYTES, bytes / 10);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + ITEMS);
    fill(database);
    addItems(database, bytes - late, home.author);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0");
    addItems(database, late, home.author);
    for (const suffix of ["", "-wal", "-shm"]) {
      Deno.copyFileSync(draft + suffix, `${home.folder}/${name}${suffix}`);
      settle(home, `${home.folder}/${name}${suffix}`);
    }
  } finally {
    database.close();
    Deno.removeSync(draft);
  }
}

/** Adds rows of about so many bytes, a thousand in each transaction. */
function addItems(database: DatabaseSync, bytes: number, { write, random }: Author): void {
  const insert = database.prepare("INSERT INTO items (result) VALUES (?)");
  database.exec("BEGIN");
  for (let done = 0, rows = 1; done < bytes; rows++) {
    const result = write(random() * 4000);
    insert.run(result);
    done += result.length;
    if (rows % 1000 === 0) database.exec("COMMIT; BEGIN");
  }
  database.exec("COMMIT");
}
