/** A name that is not UTF-8, for display: its bytes beyond ASCII as `\xNN`. */
export function escapeBytes(name: Uint8Array): string {
  return Array.from(
    name,
    (byte) =>
      byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}
