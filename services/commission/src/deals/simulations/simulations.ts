import { createSimulation, getSimulation, newId } from '@tributary/contracts';
import { accepted, command, type Database, type Jobs, NotYetKnown, ok, query, type Route, reject } from '@tributary/service-kit';
import { findBrand } from '../../profiles/brand-store.js';
import { findRehearsal, insertRehearsal, type Rehearsal, rehearseJobName, stateOf } from '../../rehearsals/rehearsal-store.js';
import { mostConversions } from '../../shared/rehearsal.js';
import { planActivation } from './activation.js';
import type { SimulationRequest } from './simulate.js';
import { countConversions } from './simulation-store.js';

/** Takes a simulation: what the real command would refuse is refused here, the rating is done in the background. */
export const createSimulationRoute = ({ jobs }: { jobs: Jobs }): Route =>
  command(createSimulation, async ({ tx, body, now, principal }) => {
    const { brandId } = body;
    if ((await findBrand(tx, brandId)) === undefined) throw new NotYetKnown('brand', brandId);
    const { partnerIds, effectiveFrom } = await planActivation(tx, body, principal.actorId, now);
    const total = await countConversions(tx, brandId, partnerIds, effectiveFrom);
    if (total > mostConversions)
      return reject('too-many-conversions', { detail: `It concerns ${total}, at most ${mostConversions} can be` });
    const rehearsalId = newId('simulation');
    const asked = { rehearsalId, brandId, partnerId: null, actorId: principal.actorId, requestedAt: now, request: body, total };
    const simulation = await insertRehearsal(tx, { kind: 'simulation', ...asked });
    await jobs.enqueue(tx, rehearseJobName, { rehearsalId });
    return accepted(simulationView(simulation), { headers: { Location: `/api/v1/simulations/${rehearsalId}` } });
  });

export const getSimulationRoute = (db: Database): Route =>
  query(getSimulation, async ({ params, scope }) => {
    const found = await db.tx(scope, (tx) => findRehearsal(tx, 'simulation', params.simulationId));
    return found === undefined ? reject('not-found') : ok(simulationView(found));
  });

function simulationView(one: Rehearsal) {
  const { from, to = null } = one.request as SimulationRequest;
  return { id: one.rehearsalId, brandId: one.brandId, from, to, ...stateOf(one), result: one.result };
}
