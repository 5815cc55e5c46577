import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { type FoldResult, recompute, type ScopeResult, type StreamPlace, type StreamRecord } from '../../src/index.js';
import type { World } from '../world.js';

/** One result with everything that it says, as lines for people to read. */
export function shown(result: FoldResult): string[] {
  const { conversionId, outcome, reason, deal, scopes, records, refunds } = result;
  return [
    `${conversionId}: ${outcome} ${reason} ${deal ? `by ${deal.dealId} version ${deal.version}` : 'by no deal'}`,
    ...scopes.flatMap(scopeShown),
    ...records.map(recordShown),
    ...refunds.map((one) => `  ${one.kind} ${one.conversionId}: ${one.outcome} ${one.reason}, applied ${one.applied}`),
  ];
}

function scopeShown(scope: ScopeResult): string[] {
  const { partnerId, component, currency, reason, earnedAt, exact, explanation } = scope;
  const amount = scope.type === 'conversion' ? `${scope.entitlement}` : 'running';
  const { inputs, rounding, result } = explanation;
  const known = [
    inputs.circumstances ? 'circumstances' : '',
    inputs.timeZone ?? '',
    ...(inputs.otherDeals ?? []).map(({ dealId }) => dealId),
  ];
  return [
    `  ${partnerId} ${component}: ${amount} ${currency} (${exact}) ${reason ?? 'paid'}${earnedAt ? ` earned ${earnedAt}` : ''} [${scope.scope}]`,
    ...explanation.rules.map(({ rule, passed, detail }) => `    ${passed ? 'yes' : 'no '} ${rule}: ${detail}`),
    ...explanation.steps.map(({ step, formula, value }) => `    ${step}: ${formula} = ${value}`),
    `    ${rounding.mode} ${rounding.place}: ${result.amount} ${result.currency} ${result.reason}`,
    `    from ${known.filter((one) => one !== '').join(', ') || 'the event alone'}${placeShown(inputs.streamed?.[scope.scope])}`,
  ];
}

const placeShown = (place: StreamPlace | undefined): string => {
  if (place === undefined) return '';
  const { before, reached, room, sumBefore, bandBefore, weights = [] } = place;
  return `, at ${before} adding ${weights}, reached ${reached}, room ${room}, sum ${sumBefore}, band ${bandBefore}`;
};

function recordShown({ stream, scope, dealVersion, customerId, weights, picked, whole, rest, paidAt, earned }: StreamRecord): string {
  const kept = [whole, rest].map(({ base, units, plain }) => [base, units, plain].join(' ')).join(', left ');
  const rated = scope === null ? 'only counted' : `at ${picked.rate} and ${picked.amount} on ${kept}`;
  const below = earned ? `, below ${earned.map(({ at, total }) => `${total} at ${at}`).join(', ')}` : '';
  return `  record in ${stream} version ${dealVersion} of ${customerId}: [${weights}] ${rated}${paidAt ?? ''}${below}`;
}

/** Everything that a world comes to, each explanation computed again. */
export function told(world: World): string {
  const results = world.results();
  for (const { scope, explanation } of results.flatMap(({ scopes }) => scopes))
    if (!recompute(JSON.parse(JSON.stringify(explanation))).agrees) throw new Error(`${scope} does not recompute`);
  return `${results.flatMap(shown).join('\n')}\n`;
}

/**
 * Compares with what is kept in `<name>.txt`. The engine wrote it: it holds what is said still, and formulas.test.ts that the
 * arithmetic in it is right. TRIBUTARY_WRITE_EXPLAINED=1 writes it anew: read the difference before it is committed.
 */
export function expectAsKept(name: string, text: string): void {
  const file = new URL(`./${name}.txt`, import.meta.url);
  if (process.env['TRIBUTARY_WRITE_EXPLAINED'] === '1') writeFileSync(file, text);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : 'nothing is kept').toBe(text);
}
