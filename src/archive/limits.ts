import { unsafe } from "./faults.ts";

/** What is read of a backup at most, so that a crafted one cannot exhaust memory, disk or time. */
export interface ReadLimits {
  /** Bytes that any archive may inflate to. */
  freeBytes: number;
  /** Bytes beyond that for each byte of the archive; text of a home comes to 3 to 30. */
  ratio: number;
  /** Files and folders. */
  members: number;
  /** Bytes of `manifest.json`; a home of 300,000 files needs 100 MB. */
  manifestBytes: number;
}

/** The limits that hold unless a caller knows better. */
export const READ_LIMITS: ReadLimits = {
  freeBytes: 4 * 2 ** 30,
  ratio: 250,
  members: 4_000_000,
  manifestBytes: 512 << 20,
};

/** Counts what an archive inflates to against what it may. */
export interface Allowance {
  /** Throws `unsafe_archive` when so many bytes more would be too many. */
  expect(bytes: number): void;
  /** The same, and takes them off. */
  spend(bytes: number): void;
}

/** The allowance of an archive of `bytes` bytes. */
export function allowanceOf(path: string, bytes: number, limits: ReadLimits): Allowance {
  let left = limits.freeBytes + limits.ratio * bytes;
  const expect = (more: number) => {
    if (more > left) {
      throw unsafe(path, `its ${bytes} bytes claim to hold far more than a backup can`);
    }
  };
  return {
    expect,
    spend(more) {
      expect(more);
      left -= more;
    },
  };
}
