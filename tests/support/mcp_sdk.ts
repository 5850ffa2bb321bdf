/** What tests use of the official SDK's client; see src/mcp/sdk.ts on the types. */
export { Client } from "@modelcontextprotocol/sdk/client";
export type { Transport } from "@modelcontextprotocol/sdk/shared/transport";
export type { ElicitRequest, ElicitResult, Progress, Tool } from "@modelcontextprotocol/sdk/types";
// @ts-types="@modelcontextprotocol/sdk/types"
export { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
