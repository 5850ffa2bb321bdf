/** A disk that can be filled: a tmpfs of Linux, mounted by root or by way of `sudo`. */
import { join } from "node:path";
import { runTool, toolText } from "./oracles.ts";

/** Runs what only root may, such as `mount`. */
export function asRoot(...command: string[]): Promise<Uint8Array> {
  return runTool(Deno.uid() === 0 ? command : ["sudo", "-n", ...command]);
}

/** A mounted disk. */
export interface SmallDisk {
  path: string;
  /** Bytes in use. */
  used(): Promise<number>;
  /** Fills it but for so many bytes, with one file; more room than there is stays as it is. */
  leaveBytes(bytes: number): Promise<void>;
  /** Allows so many files and folders more than there are. */
  leaveFiles(count: number): Promise<void>;
  /** Takes both back. */
  makeRoom(): Promise<void>;
}

/** Runs a test with a disk of so many bytes, mounted on `path`, a folder that is made. */
export async function withSmallDisk(
  path: string,
  bytes: number,
  use: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  await Deno.mkdir(path, { recursive: true });
  const owner = `uid=${Deno.uid()},gid=${Deno.gid()},mode=0700`;
  await asRoot("mount", "-t", "tmpfs", "-o", `size=${bytes},${owner}`, "tmpfs", path);
  try {
    await use(smallDisk(path));
  } finally {
    await asRoot("umount", path);
  }
}

function smallDisk(path: string): SmallDisk {
  const filler = join(path, "filler");
  const ask = async (field: string) => {
    const text = await toolText(["df", "--block-size=1", `--output=${field}`, path]);
    return Number(text.trim().split("\n")[1]);
  };
  const allowFiles = (count: number) => asRoot("mount", "-o", `remount,nr_inodes=${count}`, path);
  return {
    path,
    used: () => ask("used"),
    async leaveBytes(bytes) {
      const room = await ask("avail") - bytes;
      if (room > 0) await Deno.writeFile(filler, new Uint8Array(room));
    },
    async leaveFiles(count) {
      await allowFiles(await ask("iused") + count);
    },
    async makeRoom() {
      await allowFiles(1_000_000);
      await Deno.remove(filler).catch(() => {});
    },
  };
}
