export { type Assembled, assemble, type ChainHead } from './assemble.js';
export { brandBehind, dealsBehind, monthBehind, policiesBehind, rateDaysBehind, snapshotsBehind } from './behind.js';
export { missingHops, missingOutcomes } from './complete.js';
export {
  type Archived,
  type ArchivedEvent,
  type EvidenceRecord,
  eventKinds,
  formatName,
  formatVersion,
  type Kind,
  kinds,
} from './format.js';
export { type ChainPosition, canonicalHash, chainHash, genesisHash, sha256Hex } from './hashing.js';
export { merkleRoot } from './merkle.js';
export { conversionsOfMonth, eventsOfMonth, monthEventsOf, mostMonthEvents } from './month-events.js';
export type { Problem } from './problem.js';
export { entriesLeadingTo } from './scopes.js';
export { statementBehind } from './statements.js';
export { attributionIn, conversionsBehind, dealKey, dealKeyOf, explanationOf, type Story, storyOf } from './story.js';
export { checkRecords, type Verification, type VerifyOptions, verifyBundle } from './verify-bundle.js';
export { type Signer, writeBundle } from './write-bundle.js';
