import type { Route } from '@tributary/service-kit';
import { listRecordsRoute } from './archive/list-records.js';
import type { ChainParts } from './chain/anchor-head.js';
import { evidenceKeysRoute } from './chain/evidence-keys.js';
import { verifyChainRoute } from './chain/verify-chain.js';
import { getEvidenceRoute } from './payouts/get-evidence.js';
import { getTraceRoute, type TraceParts } from './payouts/get-trace.js';
import { type ReplayParts, replayRoute } from './replay/replay-archive.js';

export type AuditParts = ChainParts & TraceParts & ReplayParts;

/** Everything audit answers. */
export const routes = (parts: AuditParts): Route[] => [
  getTraceRoute(parts),
  getEvidenceRoute(parts),
  verifyChainRoute(parts),
  listRecordsRoute(parts.archive),
  evidenceKeysRoute(parts.keys),
  replayRoute(parts),
];
