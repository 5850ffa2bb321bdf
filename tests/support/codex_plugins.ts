/** A Codex home with plugins of OpenAI's curated marketplace, and app-servers that answer as told. */
import { join } from "node:path";
import { put } from "./migration_home.ts";

/** A plugin as its user has it. */
export interface InstalledPlugin {
  name: string;
  /** By default it is. */
  enabled?: boolean;
  /** The app of ChatGPT that it needs. */
  app?: string;
}

/** Puts curated plugins into a Codex home as Codex keeps them: catalogue, sources, cache, settings. */
export function putCuratedPlugins(home: string, plugins: InstalledPlugin[]): void {
  const catalogue = join(home, ".tmp", "plugins");
  const policy = { installation: "AVAILABLE", authentication: "ON_INSTALL" };
  const entries = plugins.map(({ name }) => ({
    name,
    source: { source: "local", path: `./plugins/${name}` },
    policy,
    category: "Productivity",
  }));
  put(
    join(catalogue, ".agents", "plugins", "marketplace.json"),
    JSON.stringify({ name: "openai-curated", plugins: entries }),
  );
  put(join(home, ".tmp", "plugins.sha"), "0123456789abcdef0123456789abcdef01234567\n");
  const tables = plugins.map(({ name, enabled = true, app }) => {
    for (
      const folder of [
        join(catalogue, "plugins", name),
        join(home, "plugins", "cache", "openai-curated", name, "1.0.0"),
      ]
    ) {
      const manifest = { name, version: "1.0.0", description: name, skills: "./skills" };
      put(join(folder, ".codex-plugin", "plugin.json"), JSON.stringify(manifest));
      put(join(folder, "skills", "one", "SKILL.md"), "---\nname: one\ndescription: d\n---\nDo.\n");
      if (app) put(join(folder, ".app.json"), JSON.stringify({ apps: { [app]: { id: app } } }));
    }
    return `[plugins."${name}@openai-curated"]\nenabled = ${enabled}\n`;
  });
  put(join(home, "config.toml"), tables.join("\n"));
}

/** What an app-server answers: the result of a method; of `plugin/read` by `plugin/read NAME`. */
export type Answers = Record<string, unknown>;

/**
 * Makes a program `codex` whose app-server answers as told, and notes its environment, all that is
 * said to it, and the `home` it gets. Gives back the folder it lies in.
 */
export function putAppServer(folder: string, answers: Answers): string {
  const quoted = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", `'\\''`)}'`;
  const cases = Object.entries(answers).map(([named, answer]) => {
    const [method, plugin] = named.split(" ");
    const pattern = `*'"method":"${method}"'*${plugin ? `'"pluginName":"${plugin}"'*` : ""}`;
    return `    ${pattern}) part=${quoted(answer)};;`;
  });
  const script = `#!/bin/sh
echo "$@" > '${folder}/arguments'
env > '${folder}/environment'
rm -rf '${folder}/home'; cp -R "$CODEX_HOME" '${folder}/home'
echo 'no message'
while read -r line; do
  printf '%s\\n' "$line" >> '${folder}/said'
  id=\${line#*'"id":'}; id=\${id%%[!0-9]*}
  case $line in
    *'"method":"initialized"'*) echo '{"method":"news","params":{}}'; continue;;
    *'"method":"initialize"'*) part='{"result":{}}';;
${cases.join("\n")}
    *) part='{"error":{"code":-32601,"message":"not known"}}';;
  esac
  echo '{"id":'$id','"\${part#?}"
done
`;
  const program = put(join(folder, "codex"), script);
  Deno.chmodSync(program, 0o755);
  return folder;
}
