/** Listing a folder full of backups, with the catalog and without. */
import { join } from "node:path";
import type { Series } from "./figures.ts";
import { type Meter, runToEnd } from "./measure.ts";

/** What is listed, and how often. */
export interface ListOptions {
  meter: Meter;
  /** A folder of its own; must not exist. */
  work: string;
  lifeboat: string;
  /** Backups in the folder. */
  backups: number;
  rounds: number;
}

const MINUTE_MS = 60_000;

/** Measures `list` for users who never listed these backups, and then again. */
export async function measureList(options: ListOptions): Promise<Series[]> {
  const { meter, work, lifeboat, backups, rounds } = options;
  const root = await makeBackups(options);
  const title = `lifeboat, list ${backups.toLocaleString("en")} backups`;
  const fresh: Series = { id: "lifeboat-list", title: `${title}, no catalog`, samples: [] };
  const known: Series = { id: "lifeboat-list-again", title: `${title}, catalog`, samples: [] };
  for (let round = 0; round < rounds; round++) {
    for (const series of [fresh, known]) {
      const env = { HOME: join(work, `user-${round}`) };
      const args = [lifeboat, "list", "--backup-root", root, "--json"];
      series.samples.push(await meter.run({ args, env }));
    }
  }
  return [fresh, known];
}

/** Backups of a small home, all with the content of the first. */
async function makeBackups({ work, lifeboat, backups }: ListOptions): Promise<string> {
  const [home, root] = [join(work, "home"), join(work, "backups")];
  Deno.mkdirSync(home, { recursive: true });
  Deno.writeTextFileSync(join(home, "config.toml"), 'model = "gpt-5.2-codex"\n');
  const options = ["--home", home, "--backup-root", root, "--kit", "light", "--no-directory"];
  const args = [lifeboat, "backup", ...options, "--no-doctor-commands", "--json"];
  await runToEnd({ args, env: { HOME: work } });
  const made = [...Deno.readDirSync(root)].find(({ name }) => name.endsWith(".tar.gz"))!.name;
  for (let i = 1; i < backups; i++) {
    Deno.linkSync(join(root, made), join(root, `codex-backup-${stamp(i)}.tar.gz`));
  }
  return root;
}

/** The time in a backup's name, one minute after the other. */
function stamp(minute: number): string {
  const iso = new Date(Date.UTC(2026, 0, 1) + minute * MINUTE_MS).toISOString();
  return iso.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}
