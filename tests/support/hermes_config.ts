/** A configuration of Hermes with something of everything that others have a place for. */

/** A key, as providers give them out. */
export const HERMES_SECRET = "sk-abcdefghijklmnopqrstuvwxyz012345";

/** `.env` beside it. */
export const HERMES_ENV = `OPENROUTER_API_KEY=${HERMES_SECRET}
LAB_URL=https://lab.test/v1
MCP_TOKEN="${HERMES_SECRET}"
`;

/** `config.yaml`. */
export const HERMES_CONFIG = `# written by hand
model:
  provider: lab
  default: lab-1
defaults: &limits { context_length: 64000, max_tokens: 4096 }
providers:
  lab:
    <<: *limits
    base_url: http://127.0.0.1:9999/v1
    key_env: LAB_KEY
    models:
      lab-1: { supports_vision: true }
      lab-2: {}
  claude:
    base_url: https://proxy.test/anthropic/v1
    api_key: ${HERMES_SECRET}
    extra_headers: { X-Team: blue }
  odd: { base_url: https://odd.test, transport: carrier_pigeon }
  empty: {}
custom_providers:
  - { name: My Lab, base_url: "\${LAB_URL}", model: m-1, extra_body: { a: 1 } }
  - { name: Nowhere, base_url: "\${NOT_SET}" }
mcp_servers:
  files:
    command: /bin/false
    args: [--root, /tmp]
    timeout: 30
    tools: { include: [read, write], prompts: false }
  web:
    url: https://web.test/mcp
    headers: { Authorization: "Bearer \${MCP_TOKEN}" }
    auth: oauth
    sampling: { enabled: true }
  old: { url: https://old.test/sse, transport: sse, env: { MODE: a, API_KEY: ${HERMES_SECRET} } }
  parted: { command: "\${NOT_SET}/bin/x" }
memory:
  provider: honcho
  honcho: { workspace: mine, api_key: ${HERMES_SECRET} }
skills:
  config:
    notes: { folder: /tmp/notes, api_key: ${HERMES_SECRET} }
  disabled: [notes, draw]
`;
