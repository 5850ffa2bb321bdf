import { LifeboatError } from "../../src/base/mod.ts";
import { askForRestore, askForUndo, waitForEnter } from "../../src/cli/confirm.ts";
import { assert, rejectsWith } from "../assert.ts";
import { testHost } from "../support/host.ts";
import { recordingTerminal } from "../support/recording_terminal.ts";

function ask(...answers: string[]) {
  const { terminal, errors, output } = recordingTerminal({ interactive: true }, answers);
  const context = {
    host: testHost("/nowhere"),
    terminal,
    hideProgress: () => {},
    leaveSignals: () => {},
    say: () => {},
  };
  return { asked: askForRestore(context), errors, output };
}

Deno.test("RESTORE, typed as it stands, confirms; the question is asked in both languages", async () => {
  const { asked, errors, output } = ask(" RESTORE ");
  await asked;
  assert.match(errors(), /Type RESTORE to restore; anything else changes nothing\./);
  assert.match(errors(), /输入 RESTORE 开始恢复/);
  assert.equal(output(), "");
});

Deno.test("any other answer, and none at all, changes nothing", async () => {
  for (const answers of [["restore"], ["yes"], [""], []]) {
    const error = await rejectsWith(() => ask(...answers).asked, "not_confirmed");
    assert.equal(error.kind, "refused");
  }
});

Deno.test("an undo asks for UNDO, and nothing else confirms it", async () => {
  for (const answer of ["UNDO", "RESTORE"]) {
    const { terminal, errors } = recordingTerminal({ interactive: true }, [answer]);
    const asked = () =>
      askForUndo({
        host: testHost("/nowhere"),
        terminal,
        hideProgress: () => {},
        leaveSignals: () => {},
        say: () => {},
      });
    if (answer === "UNDO") await asked();
    else assert.match((await rejectsWith(asked, "not_confirmed")).message, /^Not undone/);
    assert.match(errors(), /Type UNDO to undo the restore[^]*输入 UNDO 开始撤销/);
  }
});

Deno.test("the restorer waits for Enter only where somebody can press it", async () => {
  const { signal } = new AbortController();
  const alone = recordingTerminal();
  await waitForEnter(alone.terminal, signal);
  assert.equal(alone.errors(), "");
  const attended = recordingTerminal({ interactive: true }, [""]);
  await waitForEnter(attended.terminal, signal);
  assert.match(attended.errors(), /Press Enter to close/);
});

Deno.test("a user who stops while the restorer waits is not told of an error", async () => {
  const readLine = () => Promise.reject(new LifeboatError("interrupted", "interrupted", "Stopped"));
  const { terminal } = recordingTerminal({ interactive: true, readLine });
  await waitForEnter(terminal, new AbortController().signal);
});
