import { isolatedEnvironment, reservedIn } from "../../src/isolate/environment.ts";
import { assert } from "../assert.ts";

const PERSONAL = {
  HOME: "/home/me",
  CODEX_HOME: "/home/me/.codex",
  CODEX_SQLITE_HOME: "/home/me/db",
  PATH: "/usr/bin",
  CODEX_API_KEY: "codex-key",
  OPENAI_API_KEY: "openai-key",
};

function environment(changes: Partial<Parameters<typeof isolatedEnvironment>[0]> = {}) {
  return isolatedEnvironment({
    home: { path: "/iso", user_home: "/iso/home" },
    inherited: PERSONAL,
    explicit: {},
    clear: [],
    login: "none",
    platform: "linux",
    ...changes,
  });
}

Deno.test("a program gets both homes of its own, and no way to the personal databases", () => {
  const { CODEX_HOME, HOME, CODEX_SQLITE_HOME, PATH } = environment();
  assert.deepEqual([CODEX_HOME, HOME, CODEX_SQLITE_HOME, PATH], [
    "/iso",
    "/iso/home",
    undefined,
    "/usr/bin",
  ]);
});

Deno.test("a shared home stays that of the user", () => {
  const { CODEX_HOME, HOME } = environment({ home: { path: "/iso", user_home: null } });
  assert.deepEqual([CODEX_HOME, HOME], ["/iso", "/home/me"]);
});

Deno.test("values that the user names come first, but blank ones do not move the homes", () => {
  const explicit = { CODEX_HOME: "/other", HOME: "  ", PATH: "", CODEX_SQLITE_HOME: "/db" };
  const { CODEX_HOME, HOME, PATH, CODEX_SQLITE_HOME } = environment({ explicit });
  assert.deepEqual([CODEX_HOME, HOME, PATH, CODEX_SQLITE_HOME], ["/other", "/iso/home", "", "/db"]);
});

Deno.test("other names can be cleared, those of the homes cannot", () => {
  const clear = ["path", "home", "Codex_Home", "OPENAI_API_KEY"];
  const env = environment({ clear });
  assert.deepEqual(Object.keys(env).sort(), ["CODEX_API_KEY", "CODEX_HOME", "HOME"]);
  assert.deepEqual(reservedIn(clear), ["home", "Codex_Home"]);
});

Deno.test("keys of the environment are handed on only where there is no login", () => {
  for (const login of ["subscription", "api_key"] as const) {
    const env = environment({ login });
    assert.deepEqual([env.CODEX_API_KEY, env.OPENAI_API_KEY], [undefined, undefined], login);
  }
  assert.equal(environment().CODEX_API_KEY, "codex-key");
  const inherited = { ...PERSONAL, CODEX_API_KEY: undefined };
  assert.equal(environment({ inherited }).CODEX_API_KEY, "openai-key");
  const named = environment({ login: "subscription", explicit: { OPENAI_API_KEY: "mine" } });
  assert.equal(named.OPENAI_API_KEY, "mine");
});

Deno.test("on Windows names have no case", () => {
  const env = environment({
    platform: "windows",
    inherited: { UserProfile: "C:\\me", Codex_Home: "C:\\codex", Path: "C:\\bin" },
    explicit: { PATH: "C:\\other" },
  });
  assert.deepEqual(env, {
    CODEX_HOME: "/iso",
    HOME: "/iso/home",
    USERPROFILE: "/iso/home",
    PATH: "C:\\other",
  });
});
