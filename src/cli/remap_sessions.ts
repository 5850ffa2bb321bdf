import { LifeboatError, printable } from "../base/mod.ts";
import type { RemapChoice, Remapping } from "../restore/mod.ts";
import type { Answer, Context, GlobalFlags } from "./command.ts";
import { askForRemap } from "./confirm.ts";
import { styleFor } from "./style.ts";
import { remappedText } from "./text/remap.ts";

interface RemapFlags extends GlobalFlags {
  home?: string;
  withRoots?: boolean;
  apply?: boolean;
  allowRunning?: boolean;
}

/** Shows the plan and asks, unless that was answered. Throws `confirmation_required`. */
async function confirm(context: Context, flags: RemapFlags, remapping: Remapping): Promise<void> {
  if (flags.yes) return;
  const { host, terminal } = context;
  if (!terminal.interactive) {
    throw new LifeboatError(
      "refused",
      "confirmation_required",
      "A remap changes conversations and settings of the agents",
      { hint: "Confirm it with --yes" },
    );
  }
  const { planRemaps } = await import("../restore/mod.ts");
  const planned = await planRemaps(host, remapping);
  context.hideProgress();
  const style = styleFor(terminal.errIsTerminal, host.env, flags.color === false);
  terminal.err(remappedText(planned, namesOf(remapping), style));
  await askForRemap(context);
}

function namesOf({ homes }: Remapping): Map<string, string> {
  return new Map(homes.map(({ profile, path }) => [path, printable(profile.name)]));
}

/** `sessions remap OLD NEW`. */
export async function remapSessions(
  context: Context,
  flags: RemapFlags,
  folders: Pick<RemapChoice, "from" | "to">,
): Promise<Answer> {
  const { host } = context;
  const { profile, home, withRoots, apply, allowRunning } = flags;
  const { applyRemaps, chooseRemap, planRemaps } = await import("../restore/mod.ts");
  const remapping = chooseRemap(host, { ...folders, profile, home, withRoots });
  if (apply) await confirm(context, flags, remapping);
  const result =
    await (apply ? applyRemaps(host, remapping, { allowRunning }) : planRemaps(host, remapping));
  return { result, text: (style) => remappedText(result, namesOf(remapping), style) };
}
