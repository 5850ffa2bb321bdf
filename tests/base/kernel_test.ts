import { kernelFileId, parseKernelLocks, realFs } from "../../src/base/mod.ts";
import { assert } from "../assert.ts";

const LOCKS = `1: POSIX  ADVISORY  READ 8926 fe:00:2162884 128 128
2: FLOCK  ADVISORY  WRITE 21000 fe:00:16064617 0 EOF
2: -> FLOCK  ADVISORY  WRITE 21001 fe:00:16064617 0 EOF
3: OFDLCK ADVISORY  WRITE -1 103:05:7 0 9
4: LEASE  ACTIVE    READ 5 fe:00:9 0 EOF
nonsense
`;

Deno.test("locks that are held are read, those that are waited for are not", () => {
  const posix = { type: "POSIX", access: "READ", pid: 8926, file: "fe:00:2162884" };
  assert.deepEqual(parseKernelLocks(LOCKS), [
    { ...posix, first: 128, last: 128 },
    {
      type: "FLOCK",
      access: "WRITE",
      pid: 21000,
      file: "fe:00:16064617",
      first: 0,
      last: Infinity,
    },
    { type: "OFDLCK", access: "WRITE", pid: -1, file: "103:05:7", first: 0, last: 9 },
  ]);
});

Deno.test("a file is named by its device as the kernel writes it, and its inode", () => {
  const info = realFs.lstat(".");
  assert.equal(kernelFileId({ ...info, device: 0xfe00, inode: 12 }), "fe:00:12");
  assert.equal(kernelFileId({ ...info, device: (259 << 8) | 5, inode: 7 }), "103:05:7");
});
