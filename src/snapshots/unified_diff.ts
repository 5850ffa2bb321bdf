/** Compares two texts line by line (Myers, "An O(ND) Difference Algorithm"), as `diff -u` does. */

/** Lines that stay the same around a change. */
const CONTEXT = 3;
/** Texts that differ in more lines are shown as replaced: looking for more takes too long. */
const MAX_EDITS = 1000;

/** One line of a diff: kept, removed or added. */
type Edit = { sign: " " | "-" | "+"; line: string };

/** Lines with their ends; a last line without one is marked as `diff` marks it. */
function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  else lines.push(`${lines.pop()}\n\\ No newline at end of file`);
  return lines;
}

/** For each number of edits, how far each diagonal is reached; undefined when there are too many. */
function reach(a: string[], b: string[]): Int32Array[] | undefined {
  const most = Math.min(a.length + b.length, MAX_EDITS);
  const at = new Int32Array(2 * most + 3);
  const steps: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits++) {
    steps.push(at.slice());
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const index = diagonal + most + 1;
      const down = diagonal === -edits || (diagonal !== edits && at[index - 1] < at[index + 1]);
      let x = down ? at[index + 1] : at[index - 1] + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      at[index] = x;
      if (x >= a.length && x - diagonal >= b.length) return steps;
    }
  }
  return undefined;
}

function replaced(a: string[], b: string[]): Edit[] {
  return [
    ...a.map((line): Edit => ({ sign: "-", line })),
    ...b.map((line): Edit => ({ sign: "+", line })),
  ];
}

/** The edits that turn one list of lines into another. */
function editsOf(a: string[], b: string[]): Edit[] {
  const steps = reach(a, b);
  if (!steps) return replaced(a, b);
  const most = (steps[0].length - 3) / 2;
  const edits: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let step = steps.length - 1; step >= 0; step--) {
    const at = steps[step];
    const diagonal = x - y;
    const index = diagonal + most + 1;
    const down = diagonal === -step || (diagonal !== step && at[index - 1] < at[index + 1]);
    const fromX = step === 0 ? 0 : down ? at[index + 1] : at[index - 1];
    const fromY = step === 0 ? 0 : fromX - (down ? diagonal + 1 : diagonal - 1);
    const [stopX, stopY] = step === 0 ? [0, 0] : down ? [fromX, fromY + 1] : [fromX + 1, fromY];
    while (x > stopX && y > stopY) edits.push({ sign: " ", line: a[--x] }), y--;
    if (step === 0) break;
    if (down) edits.push({ sign: "+", line: b[--y] });
    else edits.push({ sign: "-", line: a[--x] });
  }
  return edits.reverse();
}

/** Edits with the same lines at both ends taken off first, since most changes are small. */
function compareLines(a: string[], b: string[]): Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)
  ) end++;
  const same = (line: string): Edit => ({ sign: " ", line });
  return [
    ...a.slice(0, start).map(same),
    ...editsOf(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

/** Where the changes are: pieces of edits with some same lines around them. */
function hunksOf(edits: Edit[]): [start: number, end: number][] {
  const hunks: [number, number][] = [];
  edits.forEach(({ sign }, index) => {
    if (sign === " ") return;
    const [start, end] = [
      Math.max(0, index - CONTEXT),
      Math.min(edits.length, index + CONTEXT + 1),
    ];
    const last = hunks.at(-1);
    if (last && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  });
  return hunks;
}

function range(start: number, count: number): string {
  const first = count === 0 ? start : start + 1;
  return count === 1 ? `${first}` : `${first},${count}`;
}

/** The hunks of a unified diff, without the names of files; empty when the texts are the same. */
export function unifiedDiff(before: string, after: string): string[] {
  const edits = compareLines(linesOf(before), linesOf(after));
  let [at, old, now] = [0, 0, 0];
  return hunksOf(edits).flatMap(([start, end]) => {
    for (; at < start; at++, old++, now++);
    const hunk = edits.slice(start, end);
    const [removed, added] = ["-", "+"].map((sign) =>
      hunk.filter((edit) => edit.sign === sign || edit.sign === " ").length
    );
    const head = `@@ -${range(old, removed)} +${range(now, added)} @@`;
    [at, old, now] = [end, old + removed, now + added];
    return [head, ...hunk.flatMap(({ sign, line }) => `${sign}${line}`.split("\n"))];
  });
}
