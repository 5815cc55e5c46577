import { getQuiet } from '@tributary/contracts';
import { ok, query } from '@tributary/service-kit';
import { askAll, type Siblings } from '../shared/siblings.js';

interface Quietness {
  quiet: boolean;
  unpublished: number;
  pending: number;
  parked: number;
}

/** Whether every service has handled all that it has accepted: what a script waits for before it counts. */
export const getQuietRoute = (siblings: Siblings) =>
  query(getQuiet, async () => {
    const { answers, unavailable } = await askAll(
      siblings,
      async (service) => (await siblings.call(service, 'GET', '/internal/quiet')).body as Quietness,
    );
    const silent = unavailable.map((service) => ({ service, quiet: false, unpublished: 0, pending: 0, parked: 0 }));
    const services = [...answers.map(({ service, answer }) => ({ service, ...answer })), ...silent];
    return ok({ quiet: services.every((service) => service.quiet), services });
  });
