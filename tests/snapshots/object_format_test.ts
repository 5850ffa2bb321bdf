import { blobId, packObject, unpackObject } from "../../src/snapshots/object_format.ts";
import { assert } from "../assert.ts";

const HEADER_BYTES = 8;
const DISK_BLOCK = 4096;

function text(bytes: number): Uint8Array {
  return new TextEncoder().encode("as it is ".repeat(bytes).slice(0, bytes));
}

Deno.test("an object that fits into a block of the disk is stored as it is, a larger one compressed", () => {
  const most = DISK_BLOCK - HEADER_BYTES;
  for (const bytes of [0, 1, most, most + 1, 100_000]) {
    const content = text(bytes);
    const id = blobId(content);
    const packed = packObject(id, content);
    if (bytes <= most) assert.deepEqual(packed.subarray(HEADER_BYTES), content);
    else assert.ok(packed.length < bytes / 10, `${bytes} bytes take ${packed.length}`);
    assert.deepEqual(new Uint8Array(unpackObject(id, packed)), content);
  }
});
