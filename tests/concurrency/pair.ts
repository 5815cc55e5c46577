import { compose as composeApprovals } from '@tributary/approvals/composition';
import { inProcessBus } from '@tributary/messaging';
import { compose as composePayouts } from '@tributary/payouts/composition';
import { ephemeralKeys, type Principal, simulatedClock } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { ProviderDouble } from '../../services/payouts/test/provider-double.js';

export interface Pair {
  approvals: TestService;
  /** Two nodes of payouts on one database: commands and jobs go to either. */
  nodes: [TestService, TestService];
  double: ProviderDouble;
  /** Every event has been taken in by whom it is for. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** Approvals and two nodes of payouts, each service on a database of its own, on one bus; providers that keep books of their own. */
export async function startPair(now: Date): Promise<Pair> {
  const double = new ProviderDouble();
  const url = await double.start();
  const environment = { bus: inProcessBus({ services: ['approvals', 'payouts'] }), clock: simulatedClock(now), keys: ephemeralKeys() };
  const settings = { paypalUrl: url, stripeUrl: url, providerTimeoutMs: 5000, payoutsPerBatch: 20 };
  const payouts = (database?: TestService['database']) =>
    startTestService((given) => composePayouts(given, { settings }), { now, environment, ...(database ? { database } : {}) });
  const approvals: TestService = await startTestService(composeApprovals, { now, environment });
  const first = await payouts();
  const second = await payouts(first.database);
  return {
    approvals,
    nodes: [first, second],
    double,
    async quiet() {
      for (let round = 0; round < 3; round++) for (const service of [approvals, first]) await service.service.messaging.drained(600_000);
    },
    async stop() {
      await second.stop();
      await first.stop();
      await approvals.stop();
      await double.stop();
    },
  };
}

/** Somebody who calls a service by HTTP; bodies and keys as given. */
export async function post(
  service: TestService,
  as: Partial<Principal>,
  path: string,
  body: object | string,
  headers: Record<string, string>,
) {
  const principal: Principal = { actorId: 'key_admin', actorKind: 'key', roles: ['administrator'], brandIds: [], ...as };
  const response = await fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'x-test-principal': JSON.stringify(principal), 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}
