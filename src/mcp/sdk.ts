/**
 * What is used of the official SDK. Its package names no types for modules with `.js` in their names,
 * so they are named here.
 */
export { Server } from "@modelcontextprotocol/sdk/server";
export type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol";
export type { Transport } from "@modelcontextprotocol/sdk/shared/transport";
export type {
  CallToolRequest,
  CallToolResult,
  ServerNotification,
  ServerRequest,
  Tool as ToolDefinition,
} from "@modelcontextprotocol/sdk/types";
// @ts-types="@modelcontextprotocol/sdk/types"
export {
  CallToolRequestSchema,
  ErrorCode,
  JSONRPCMessageSchema,
  ListToolsRequestSchema,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
