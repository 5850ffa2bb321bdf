import fc from "fast-check";
import { lineTransport } from "../../src/mcp/lines.ts";
import { assert } from "../assert.ts";

/** What comes of bytes that arrive in pieces: the messages handed on, and the refusals. */
async function receive(pieces: Uint8Array[]) {
  const messages: unknown[] = [];
  const refusals: { id: unknown; error: { code: number } }[] = [];
  const transport = lineTransport({
    input: ReadableStream.from(pieces),
    out: (text) => void refusals.push(JSON.parse(text)),
  });
  transport.onmessage = (message) => void messages.push(message);
  await transport.start();
  await transport.ended;
  return { messages, refusals: refusals.map(({ id, error }) => [id, error.code]) };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const PING = { jsonrpc: "2.0", id: 1, method: "ping" };
const LINE = `${JSON.stringify(PING)}\n`;

Deno.test("lines that are no message are refused, and those after them are read", async () => {
  const cases: [string, unknown][] = [
    ["nonsense", [null, -32700]],
    ["{", [null, -32700]],
    [`"text"`, [null, -32600]],
    ["null", [null, -32600]],
    [`[${JSON.stringify(PING)}]`, [null, -32600]],
    [`{"id": 7, "method": "ping"}`, [7, -32600]],
    [`{"jsonrpc": "1.0", "id": "x", "method": "ping"}`, ["x", -32600]],
    [`{"jsonrpc": "2.0", "id": {}, "method": "ping"}`, [null, -32600]],
    [`{"jsonrpc": "2.0", "id": 3, "method": 4}`, [3, -32600]],
    ["x".repeat(3 << 20), [null, -32600]],
  ];
  for (const [line, refusal] of cases) {
    const { messages, refusals } = await receive([bytes(`${line}\n${LINE}`)]);
    assert.deepEqual([messages, refusals], [[PING], [refusal]], line.slice(0, 60));
  }
});

Deno.test("blank lines, Windows line ends and a last line without one are read", async () => {
  const { messages, refusals } = await receive([bytes(`\r\n\n${LINE.trim()}\r\n${LINE.trim()}`)]);
  assert.deepEqual([messages, refusals], [[PING, PING], []]);
});

Deno.test("a line that is too long costs no memory while it comes", async () => {
  let given = 0;
  const chunk = new Uint8Array(1 << 20).fill(0x78);
  const input = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given++ === 1000) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const before = Deno.memoryUsage().external;
  const refused: string[] = [];
  const transport = lineTransport({ input, out: (text) => void refused.push(text) });
  await transport.start();
  await transport.ended;
  assert.ok(Deno.memoryUsage().external - before < 500 << 20);
  assert.equal(refused.length, 1);
});

Deno.test("how the bytes are cut into pieces makes no difference", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
      const all = bytes(`${LINE}世界\n${LINE}`);
      const pieces: Uint8Array[] = [];
      for (let at = 0, n = 0; at < all.length; n++) {
        const size = sizes[n % sizes.length];
        pieces.push(all.slice(at, at + size));
        at += size;
      }
      const { messages, refusals } = await receive(pieces);
      assert.deepEqual([messages, refusals], [[PING, PING], [[null, -32700]]]);
    }),
    { numRuns: 30 },
  ));
