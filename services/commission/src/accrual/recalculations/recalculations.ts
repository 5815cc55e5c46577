import { bucketRange } from '@tributary/calendar';
import { createRecalculation, getRecalculation, newId } from '@tributary/contracts';
import { accepted, command, type Database, type Jobs, NotYetKnown, ok, query, type Route, reject } from '@tributary/service-kit';
import { knowsPartner } from '../../deals/deal-store.js';
import { findBrand } from '../../profiles/brand-store.js';
import { findRehearsal, insertRehearsal, type Rehearsal, rehearseJobName, stateOf } from '../../rehearsals/rehearsal-store.js';
import { mostConversions } from '../../shared/rehearsal.js';
import type { RecalculationRequest } from './recalculate.js';
import { countConversionsOf } from './recalculation-store.js';

/** Takes a recalculation: it is worked out in the background. */
export const createRecalculationRoute = ({ jobs }: { jobs: Jobs }): Route =>
  command(createRecalculation, async ({ tx, body, now, principal }) => {
    const { brandId, partnerId } = body;
    const brand = await findBrand(tx, brandId);
    if (brand === undefined) throw new NotYetKnown('brand', brandId);
    if (!(await knowsPartner(tx, partnerId))) throw new NotYetKnown('partner', partnerId);
    const total = await countConversionsOf(tx, body, bucketRange(body.period, brand.timeZone), mostConversions);
    if (total > mostConversions)
      return reject('too-many-conversions', { detail: `It concerns more than the ${mostConversions} that can be` });
    const rehearsalId = newId('recalculation');
    const asked = { rehearsalId, brandId, partnerId, actorId: principal.actorId, requestedAt: now, request: body, total };
    const recalculation = await insertRehearsal(tx, { kind: 'recalculation', ...asked });
    await jobs.enqueue(tx, rehearseJobName, { rehearsalId });
    return accepted(recalculationView(recalculation), { headers: { Location: `/api/v1/recalculations/${rehearsalId}` } });
  });

export const getRecalculationRoute = (db: Database): Route =>
  query(getRecalculation, async ({ params, scope }) => {
    const found = await db.tx(scope, (tx) => findRehearsal(tx, 'recalculation', params.recalculationId));
    return found === undefined ? reject('not-found') : ok(recalculationView(found));
  });

function recalculationView(one: Rehearsal) {
  const { partnerId, period } = one.request as RecalculationRequest;
  return { id: one.rehearsalId, brandId: one.brandId, partnerId, period, ...stateOf(one), result: one.result };
}
