import { createHash } from 'node:crypto';
import { canonicalJson, type DealTerms } from '@tributary/contracts';
import { checkTerms, type Terms } from '@tributary/engine';
import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { Rejected } from '@tributary/service-kit';
import type { Effect, RateAgain } from '../shared/rate-again.js';
import { insertVersion } from './deal-store.js';
import { dealView } from './deal-view.js';
import type { DealVersionRecord } from './domain/deal.js';

export interface DealParts {
  outbox: Outbox;
  rateAgain: RateAgain;
}

/** The engine's terms out of a request's. @throws Rejected `terms-invalid` with a pointer to each mistake */
export function acceptTerms(terms: DealTerms): Terms {
  const accepted = terms as Terms;
  const problems = checkTerms(accepted);
  if (problems.length > 0)
    throw new Rejected('terms-invalid', { errors: problems.map(({ pointer, rule }) => ({ pointer: `/terms${pointer}`, rule })) });
  return accepted;
}

/** The hash that names a document of terms: SHA-256 of its canonical JSON. */
export const hashTerms = (terms: Terms): string => createHash('sha256').update(canonicalJson(terms)).digest('hex');

/**
 * Writes a version, tells it, and rates again the conversions that occurred since it counts. The brand's books are locked: what is
 * posted later is posted by it.
 */
export async function writeVersion(tx: Tx, parts: DealParts, deal: DealVersionRecord, context: EventContext, now: Date) {
  await insertVersion(tx, deal);
  const [event] = await parts.outbox.append(tx, context, [
    {
      type: 'commission.deal.versioned.v1',
      subject: deal.dealId,
      partnerId: deal.partnerId,
      brandId: deal.brandId,
      time: now,
      data: { ...deal, terms: deal.terms as DealTerms },
    },
  ]);
  const caused = event === undefined ? context : { ...context, causationId: event.id };
  const effect: Effect =
    deal.status === 'draft'
      ? { conversions: 0, entries: [] }
      : await parts.rateAgain(tx, { brandId: deal.brandId, partnerId: deal.partnerId, from: deal.effectiveFrom }, caused, now);
  return { ...dealView(deal), effect: effectView(effect) };
}

function effectView({ conversions, entries }: Effect) {
  if (entries === null) return { conversions, entries: null, amounts: null };
  const byCurrency = new Map<string, bigint>();
  for (const { currency, amount } of entries) byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + amount);
  const amounts = [...byCurrency].sort().map(([currency, amount]) => ({ amount: toWireAmount(amount), currency }));
  return { conversions, entries: entries.length, amounts };
}
