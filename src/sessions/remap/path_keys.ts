/** By which names the agents keep paths, in JSON and in columns. */

const SNAKE = /(?:^|_)(?:cwd|path|paths|root|roots|dir|dirs|directory|directories|folder|folders)$/;
const CAMEL =
  /(?:Cwd|Path|Paths|Root|Roots|Dir|Dirs|Directory|Directories|Folder|Folders|Location)$/;

/** The place of a sub-agent among agents (`/root/reviewer`), which is no folder. */
const NO_FOLDER = /(?:^|_)agent_path$/;

/** Whether what is called so is a path: `cwd`, `rollout_path`, `writable_roots`, `worktreePath`. */
export function isPathKey(name: string): boolean {
  return !NO_FOLDER.test(name) && (SNAKE.test(name) || CAMEL.test(name));
}
