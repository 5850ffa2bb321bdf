/** Files that have the header of a program and the build record of a lifeboat, and nothing else. */

const HEADER_BYTES = 4096;

function elf(machine: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  new DataView(header.buffer).setUint16(18, machine, true);
  return header;
}

function mach(processor: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set([0xcf, 0xfa, 0xed, 0xfe]);
  new DataView(header.buffer).setUint32(4, processor, true);
  return header;
}

function pe(machine: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set([0x4d, 0x5a]);
  header.set([0x50, 0x45, 0, 0], 0x80);
  const view = new DataView(header.buffer);
  view.setUint32(0x3c, 0x80, true);
  view.setUint16(0x84, machine, true);
  return header;
}

/** The first bytes of a program for each system that can be told. */
export const HEADERS: Record<string, Uint8Array> = {
  "x86_64-unknown-linux-gnu": elf(62),
  "aarch64-unknown-linux-gnu": elf(183),
  "x86_64-apple-darwin": mach(0x0100_0007),
  "aarch64-apple-darwin": mach(0x0100_000c),
  "x86_64-pc-windows-msvc": pe(0x8664),
  "aarch64-pc-windows-msvc": pe(0xaa64),
};

/** A lifeboat for a system; its build record says `claimed`, which is the same unless told. */
export function fakeProgram(target: string, version: string, claimed = target): Uint8Array {
  const record = JSON.stringify({ version, target: claimed, runtime: "official" });
  const rest = new TextEncoder().encode(`${"\0".repeat(5000)}${record}${"\0".repeat(300)}`);
  const program = new Uint8Array(HEADER_BYTES + rest.length);
  program.set(HEADERS[target]);
  program.set(rest, HEADER_BYTES);
  return program;
}
