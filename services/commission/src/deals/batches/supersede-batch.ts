import { supersedeDealBatch } from '@tributary/contracts';
import { command, ok, type Route, reject } from '@tributary/service-kit';
import { lockBooks } from '../../profiles/brand-store.js';
import { versionsOfDeals } from '../deal-store.js';
import { newVersion } from '../domain/deal.js';
import { type DealParts, hashTerms } from '../write-version.js';
import { type BatchItem, findBatch, insertBatchEnd } from './batch-store.js';
import { type Amended, planSupersession } from './domain/plan-supersession.js';
import { writeVersions } from './write-versions.js';

/** Takes a bulk amendment back as a unit, before it becomes effective: it never counts. */
export const supersedeBatchRoute = (parts: DealParts): Route =>
  command(supersedeDealBatch, async ({ tx, params: { batchId }, body: { reason }, now, principal, context }) => {
    const known = await findBatch(tx, batchId);
    if (known === undefined) return reject('not-found');
    await lockBooks(tx, [known.batch.brandId]);
    const { batch, items, end } = (await findBatch(tx, batchId)) ?? known;
    if (end !== null) return reject('batch-already-superseded');
    if (now >= new Date(batch.effectiveFrom)) return reject('batch-already-effective');

    const amended = items.flatMap(amendedBy);
    const versions = await versionsOfDeals(
      tx,
      amended.map(({ dealId }) => dealId),
    );
    const { effectiveFrom, brandId } = batch;
    const { restored, exceptions } = planSupersession(versions, amended, { effectiveFrom, reason });
    const [authorId, recordedAt] = [principal.actorId, now.toISOString()];
    const deals = restored.map(({ fields, status }) =>
      newVersion(fields, status, { authorId, recordedAt, documentHash: hashTerms(fields.terms) }),
    );
    await writeVersions(tx, parts, deals, { brandId, effectiveFrom }, context, now);
    await insertBatchEnd(tx, batch, { reason, actorId: authorId, at: recordedAt });
    return ok({ batchId, restored: amended.length - exceptions.length, exceptions });
  });

const amendedBy = ({ dealId, version, baseVersion }: BatchItem): Amended[] =>
  version === null || baseVersion === null ? [] : [{ dealId, version, baseVersion }];
