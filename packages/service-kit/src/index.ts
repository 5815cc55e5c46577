export {
	type OpenDatabase,
	openDatabase,
	requireDurability,
} from "./data/database.js";
export {
	type MigrateOptions,
	migrate,
	migrationsFingerprint,
	readMigrations,
} from "./data/migrate.js";
export { createPool } from "./data/pools.js";
export { afterCommit, runTx, txOver } from "./data/tx.js";
export {
	accepted,
	created,
	NotYetKnown,
	ok,
	Rejected,
	type RejectionDetails,
	reject,
	reply,
	requireVersion,
	text,
} from "./http/rejection.js";
export { clockFor, simulatedClock, systemClock } from "./platform/clock.js";
export {
	type BaseConfig,
	baseConfig,
	ConfigInvalid,
	type ProcessConfig,
	readEnvironment,
	readProcessConfig,
} from "./platform/config.js";
export {
	ephemeralKeys,
	type KeyRing,
	keysFromText,
	keysInFolder,
	loadKeys,
} from "./platform/keys.js";
export { createLogger } from "./platform/logger.js";
export { createVault, type Vault } from "./platform/vault.js";
export * from "./types.js";
