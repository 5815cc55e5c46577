import { type ServiceName, serviceNames } from '@tributary/contracts';
import type { Random } from './random.js';

export type Fault =
  | { kind: 'crash'; service: ServiceName; point: string; hit: number; patienceMs?: number }
  | { kind: 'kill'; service: ServiceName; afterMs: number }
  | { kind: 'freeze'; service: ServiceName; forMs: number }
  | { kind: 'kill-all' }
  | { kind: 'broker' };

const receiving = ['inbox.after-receive', 'inbox.before-commit', 'inbox.after-commit-before-ack'];
const writing = ['outbox.before-insert', 'relay.before-publish', 'relay.after-publish-before-mark'];
// The relay looks for rows also where none are written.
const always = ['relay.after-mark-before-commit', 'relay.after-commit'];

/** The crash points that stand in the way of the traffic, by service. Those of a payout come in the payout phase. */
export const importPoints: Record<ServiceName, readonly string[]> = {
  gateway: [...writing, ...always, ...receiving],
  directory: [...writing, ...always],
  tracking: [...writing, ...always, ...receiving],
  commission: [...writing, ...always, ...receiving],
  approvals: [...writing, ...always, ...receiving, 'retry.before-commit'],
  payouts: [...writing, ...always, ...receiving],
  notifications: [...always, ...receiving],
  insights: [...always, ...receiving],
  audit: [...always, ...receiving],
};

const inPayout = (service: ServiceName, point: string): Fault => ({ kind: 'crash', service, point, hit: 1, patienceMs: 120_000 });

/** Those that only a payout run reaches; neighbours are of different services, since they meet the same run. */
export const payoutFaults: readonly Fault[] = [
  inPayout('payouts', 'payouts.before-submit'),
  inPayout('notifications', 'outbox.before-insert'),
  inPayout('payouts', 'payouts.after-rail-answer-before-commit'),
  inPayout('notifications', 'relay.before-publish'),
  inPayout('notifications', 'relay.after-publish-before-mark'),
];
export const quickPayoutFaults: readonly Fault[] = payoutFaults.filter((fault) => 'service' in fault && fault.service === 'payouts');

/** Each service in turn and the broker; then every crash point and as many random kills, shuffled; at last all at once. */
export function planFaults(luck: Random, randomKills: number): Fault[] {
  const killed = luck.shuffled(serviceNames).map((service): Fault => ({ kind: 'kill', service, afterMs: luck.int(0, 1_500) }));
  const crashes = serviceNames.flatMap((service) =>
    importPoints[service].map((point): Fault => ({ kind: 'crash', service, point, hit: hitOf(service, point, luck) })),
  );
  const random = Array.from(
    { length: randomKills },
    (): Fault => ({ kind: 'kill', service: luck.pick(serviceNames), afterMs: luck.int(0, 3_000) }),
  );
  const others: Fault[] = [
    { kind: 'broker' },
    { kind: 'broker' },
    { kind: 'freeze', service: luck.pick(['commission', 'payouts', 'audit'] as const), forMs: 20_000 },
    { kind: 'freeze', service: 'approvals', forMs: 5_000 },
  ];
  return [...killed, { kind: 'broker' }, ...luck.shuffled([...crashes, ...random, ...others]), { kind: 'kill-all' }];
}

/** Each service once, at a point of its own or just so, and the broker in between. */
export function planQuickFaults(luck: Random): Fault[] {
  const oneEach = luck.shuffled(serviceNames).map((service): Fault => {
    const point = luck.pick(importPoints[service].filter((name) => name !== 'retry.before-commit'));
    return luck.chance(0.7) ? { kind: 'crash', service, point, hit: 1 } : { kind: 'kill', service, afterMs: luck.int(0, 500) };
  });
  return [...oneEach.slice(0, 5), { kind: 'broker' }, ...oneEach.slice(5)];
}

/** What little traffic passes is not waited for twice. */
const hitOf = (service: ServiceName, point: string, luck: Random): number => {
  const busy = ['tracking', 'commission', 'approvals', 'payouts', 'insights', 'audit'].includes(service);
  return busy && !(service === 'tracking' && point.startsWith('inbox')) && point !== 'retry.before-commit' ? luck.int(1, 3) : 1;
};

export const nameOf = (fault: Fault): string => {
  if (fault.kind === 'crash') return `${fault.service} at ${fault.point}:${fault.hit}`;
  if (fault.kind === 'kill') return `kill -9 ${fault.service}`;
  if (fault.kind === 'freeze') return `SIGSTOP ${fault.service} for ${fault.forMs} ms`;
  return fault.kind === 'broker' ? 'kill -9 RabbitMQ' : 'kill -9 of every service at once';
};
