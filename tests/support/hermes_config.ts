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

/** Configurations with other names and shapes, to be held against what OpenClaw makes of them. */
export const HERMES_SHAPES = [
  `
model: { provider: kimi-coding, model: k2, base_url: https://api.kimi.com/coding/v1, apiMode: messages }
providers:
  openai-api: { baseUrl: https://api.openai.com/v1, api_mode: responses, models: [gpt-x, { name: gpt-y }] }
  openai-codex: { url: https://chatgpt.com/backend-api/codex }
  grok: { api: https://api.x.ai/v1, defaultModel: g-1, maxTokens: 100 }
  minimax-cn: { models: { m: { max_output_tokens: 5, contextLength: 9 } } }
  dashscope: { key_env: DASHSCOPE_API_KEY }
  Claude: { base_url: "https://proxy.test/v1/", transport: anthropic }
  bedrock: { base_url: https://bedrock.test }
  copilot: { base_url: https://copilot.test, default: c }
  kilo: { base_url: https://kilo.test/v1, api_key: "\${env:KILOCODE_API_KEY}" }
  "custom:Own One": { base_url: https://own.test/anthropic, extra_headers: { A: 1, B: [x] } }
custom_providers:
  - { id: Own One, base_url: https://other.test, models: { __discovered_model_catalog__: {}, z: {} } }
  - { base_url: https://nameless.test }
  - nothing
mcp:
  servers:
    a: { command: x, tools: [read], enabled: false, timeout: -1 }
    b: { url: https://b.test, type: http, connect_timeout: 2.5, ssl_verify: /ca.pem, client_cert: [c, k] }
    c: { command: c, transport: websocket, clientCert: c.pem, auth: basic, keepalive_interval: "5" }
    d: { command: d, tool_filter: { exclude: [x] }, lifecycle: { idle_timeout_seconds: 3 } }
    e: { command: e, tools: { exclude: "a?", resources: "off", more: 1 }, supports_parallel_tool_calls: true }
    f: { command: f, tools: { include: [], prompts: maybe, resources: false }, elicitation: {} }
    g: { command: g, client_cert: [c, k, p], oauth: { scope: s, client_id: i }, skip_preflight: true }
    "Odd Name!": { command: h, cwd: /h }
memory: { provider: mem0 }
skills: { disabled: "[one, 'two words']", config: { one: { a: 1 } } }
`,
  "model: qwen-oauth/coder\nmcp: { only: { command: x } }\nskills: { disabled: solo }\n",
];
