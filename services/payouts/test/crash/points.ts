import type { CrashStep, PayoutCrashPoint } from '../../src/parts.js';

/** Where a process is killed: at a point in it, on the wire to the rail, or just so after so many milliseconds. */
export type DeathPlan =
  | { kind: 'point'; name: string; hit: number }
  | { kind: 'wire'; moment: 'arrived' | 'done'; lost: boolean; route: 'send' | 'ask'; hit: number }
  | { kind: 'time'; afterMs: number };

const around = (...steps: CrashStep[]): PayoutCrashPoint[] =>
  steps.flatMap((step): PayoutCrashPoint[] => [`payouts.${step}.before-commit`, `payouts.${step}.after-commit`]);

/** Of the service itself. After the commits of its consumers and inside its job queue die the points of messaging below. */
export const servicePoints: readonly PayoutCrashPoint[] = [
  'payouts.after-claim',
  'payouts.before-submit',
  'payouts.after-rail-answer-before-commit',
  'payouts.before-acknowledge',
  ...around('build', 'seal', 'cancel', 'submit', 'attempt', 'answer', 'look-up', 'callback', 'submitted', 'unknown', 'settled', 'failed'),
  ...around('returned'),
  'payouts.clear.before-commit',
  'payouts.refuse.before-commit',
  'payouts.recall.before-commit',
];

export const messagingPoints: readonly string[] = [
  'inbox.after-receive',
  'inbox.before-commit',
  'inbox.after-commit-before-ack',
  'outbox.before-insert',
  'relay.before-publish',
  'relay.after-publish-before-mark',
];

/** Every way to die, each once; the hits are the seed's. */
export function allDeaths(luck: { int(from: number, to: number): number; chance(probability: number): boolean }): DeathPlan[] {
  const rare = (name: string) => /build|seal|cancel|submit\.|claim|refuse|recall|clear|returned/.test(name);
  const points = [...servicePoints, ...messagingPoints].map(
    (name): DeathPlan => ({ kind: 'point', name, hit: rare(name) ? 1 : luck.int(1, 2) }),
  );
  const wires = (['send', 'ask'] as const).flatMap((route): DeathPlan[] => [
    { kind: 'wire', moment: 'arrived', lost: true, route, hit: luck.int(1, 2) },
    { kind: 'wire', moment: 'arrived', lost: false, route, hit: luck.int(1, 2) },
    { kind: 'wire', moment: 'done', lost: true, route, hit: luck.int(1, 2) },
  ]);
  const times = Array.from({ length: 4 }, (): DeathPlan => ({ kind: 'time', afterMs: luck.int(0, 400) }));
  return [...points, ...wires, ...times];
}

export function nameOf(plan: DeathPlan): string {
  if (plan.kind === 'point') return plan.name;
  if (plan.kind === 'wire') return `rail ${plan.route}: ${plan.moment}${plan.lost ? ', lost' : ''}`;
  return 'at any time';
}

/** How far a run has come, in the order of its steps. */
export const stages = ['build', 'cancel', 'seal', 'clear', 'send', 'settle', 'return'] as const;
export type Stage = (typeof stages)[number];

const comesIn: readonly (readonly [RegExp, Stage])[] = [
  [/claim|\.build\./, 'build'],
  [/\.cancel\./, 'cancel'],
  [/\.seal\./, 'seal'],
  // What makes a payout fail or leaves it unknown is arranged before it is sent.
  [/\.(clear|refuse|recall|submit|failed|unknown)\./, 'clear'],
  [/\.(attempt|answer|submitted)\.|before-submit|rail-answer/, 'send'],
  [/\.(look-up|settled|callback)\./, 'settle'],
  [/returned|acknowledge/, 'return'],
];

/** Whether a run that has come so far can still come to the place. */
export function isAhead(plan: DeathPlan, stage: Stage, rail: string): boolean {
  const simulated = rail === 'simulated-api';
  if (plan.kind === 'wire') return !simulated && stages.indexOf(stage) <= stages.indexOf(plan.route === 'send' ? 'send' : 'settle');
  if (plan.kind === 'time') return true;
  if (/acknowledge/.test(plan.name) && !simulated) return false;
  if (/callback|\.unknown\./.test(plan.name) && simulated) return false;
  const place = comesIn.find(([pattern]) => pattern.test(plan.name))?.[1];
  return place === undefined || stages.indexOf(stage) <= stages.indexOf(place);
}
