export { type OpenDatabase, openDatabase, requireDurability } from './data/database.js';
export { forgetAnswers } from './data/forget-answers.js';
export { inChunks } from './data/in-chunks.js';
export { type MigrateOptions, migrate, migrationsFingerprint, readMigrations } from './data/migrate.js';
export { createPool } from './data/pools.js';
export { afterCommit, runTx, seeingEverything, txOver } from './data/tx.js';
export { type AppOptions, answerError, createApp, identify, internalAuthentication } from './http/app.js';
export { readBytes, readJson, readText, type TextBody } from './http/body.js';
export {
  type InternalAnswer,
  type InternalCall,
  type InternalClient,
  type InternalClientOptions,
  internalClient,
  type PrincipalSigner,
  type Upstream,
  UpstreamFailed,
} from './http/internal-client.js';
export { decodeCursor, decodeIdCursor, encodeCursor, page } from './http/pages.js';
export { createServer, preparedExpress } from './http/prepared.js';
export { everything, principalHeader, principalSigner, principalVerifier, scopeOf, systemPrincipal } from './http/principal.js';
export { problemErrors, problemOf, sendProblem } from './http/problem.js';
export {
  accepted,
  created,
  NotYetKnown,
  ok,
  Rejected,
  type RejectionDetails,
  type ReplyOptions,
  reject,
  reply,
  requireVersion,
  text,
} from './http/rejection.js';
export { type RequestState, requestState } from './http/request-state.js';
export { command, permits, preparedCommand, query, raw } from './http/route.js';
export { JsonRefused, parseStrictJson } from './http/strict-json.js';
export { clockFor, simulatedClock, systemClock } from './platform/clock.js';
export { type BaseConfig, baseConfig, ConfigInvalid, type ProcessConfig, readEnvironment, readProcessConfig } from './platform/config.js';
export { ephemeralKeys, type KeyPurpose, type KeyRing, keysFromText, keysInFolder, loadKeys } from './platform/keys.js';
export { createLogger } from './platform/logger.js';
export { currentTelemetry, startTelemetry, type Telemetry, type TelemetryOptions, withSpan } from './platform/telemetry.js';
export { createVault, type Vault } from './platform/vault.js';
export { closeServer, listen, runService, withDeadline } from './service/run.js';
export { buildService } from './service/service.js';
export * from './types.js';
