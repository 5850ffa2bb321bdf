/** The same engine calls as tools of the Model Context Protocol (modelcontextprotocol.io). */
export { type McpSettings, serveMcp } from "./serve.ts";
