/** Secrets: what must not be shown, and keys: who made a backup, and who may read it. */
export { type Failure, failureOf } from "./failure.ts";
export { noPassword, readPasswordFile } from "./password_file.ts";
export { redact } from "./redact.ts";
export {
  isGenuine,
  MAX_SIGNATURE_BYTES,
  parseSignature,
  type SignatureFile,
  type Signer,
  signManifest,
} from "./signature.ts";
export { homeFinder, homeMark } from "./home_mark.ts";
export { lockSigningKey, machineSigner, openSigner } from "./signing_key.ts";
export { type KnownSigner, type SignedBy, signedBy, signedByText, trustSigner } from "./signers.ts";
export { type KeyList, listKeys } from "./list_keys.ts";
export { keepForNextTime, keptFromLastTime } from "./next_time.ts";
export { headerFor, PASSPHRASE_JOB, passphraseJob } from "./passphrase_job.ts";
export { SEAL_JOB, sealJob } from "./seal_job.ts";
export { loadSecretKey, openSecret, sealSecret, type SecretKey } from "./secrets.ts";
export {
  CHUNK_PLAIN,
  CHUNK_SEALED,
  NONCE_BYTES,
  openChunk,
  payloadKey,
  plainSize,
  sealChunks,
} from "./age_stream.ts";
export { type BatchSealer, createBatchSealer } from "./batch_sealer.ts";
export { type AgeHeader, headerLength, MAX_HEADER_BYTES, type Readers } from "./age_header.ts";
export {
  createIdentity,
  type IdentityInfo,
  listIdentities,
  printableIdentity,
  recipientNamed,
} from "./identities.ts";
export { sealedScratch } from "./scratch_fs.ts";
export { type Unlock, unlockWith } from "./unlock.ts";
