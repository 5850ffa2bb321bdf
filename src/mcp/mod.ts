/** The same engine calls as tools of the Model Context Protocol (modelcontextprotocol.io). */
export { serveMcp } from "./serve.ts";
