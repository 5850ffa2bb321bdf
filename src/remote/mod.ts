export { s3Backend } from "./s3/backend.ts";
export { folderBackend } from "./folder.ts";
export { uploadFile } from "./upload.ts";
