import { newId, previewDeal } from '@tributary/contracts';
import { type Details, type Terms, versionInForce } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { fromWireAmount, isCurrency, toWireAmount } from '@tributary/money';
import { command, NotYetKnown, ok, type Route, reject } from '@tributary/service-kit';
import { type Brand, findBrand, shareBooks } from '../profiles/brand-store.js';
import { groupBy } from '../shared/domain/group-by.js';
import type { RateEvent } from '../shared/rate-event.js';
import { withRollback } from '../shared/with-rollback.js';
import { acceptTerms } from './accept-terms.js';
import { insertVersions, knowsEnrollment, programOfPartner, versionsAt } from './deal-store.js';
import { type DealVersionRecord, identityOf, latestOf, newVersion } from './domain/deal.js';
import { hashTerms } from './write-version.js';

/** What terms would make of one event, were they in force from that event on: written, rated and rolled back. */
export const previewDealRoute = ({ rateEvent }: { rateEvent: RateEvent }): Route =>
  command(previewDeal, async ({ tx, body: { brandId, partnerId, event, ...body }, now, principal }) => {
    const brand = await findBrand(tx, brandId);
    if (brand === undefined) throw new NotYetKnown('brand', brandId);
    const programId = await programOf(tx, brand, partnerId, body.programId);
    const { terms } = acceptTerms(body.terms, brand);
    if (event.currency !== null && !isCurrency(event.currency))
      return reject('currency-unknown', { errors: [{ pointer: '/event/currency', rule: 'currency-unknown' }] });
    const occurredAt = new Date(event.occurredAt);
    const place = { partnerId, brandId, programId };
    const rated = await withRollback(tx, async () => {
      await shareBooks(tx, [brandId]);
      const documentHash = hashTerms(terms);
      const versions = await versionsAt(tx, place);
      const current = dealInForce(versions, terms, occurredAt.toISOString());
      const stamp = { authorId: principal.actorId, recordedAt: now.toISOString(), documentHash };
      // Terms that are in force already are not cut in two on the day of the event.
      if (current?.inForce.documentHash !== documentHash)
        await insertVersions(tx, [newVersion(versionFor(current?.deal, place, terms, occurredAt.toISOString()), 'active', stamp)]);
      const imagined = { ...event, ...place, occurredAt, amount: event.amount === null ? null : fromWireAmount(event.amount) };
      const { customerId = null, details = null, touches = null } = event;
      return rateEvent(tx, { ...imagined, customerId, details: details as Details | null, touches }, principal.actorId, now);
    });
    return ok({
      outcome: rated.outcome,
      reason: rated.reason,
      lines: rated.lines.map((line) => ({ ...line, amount: toWireAmount(line.amount) })),
      others: rated.others.map(({ conversionId, component, currency, amount, ...other }) => ({
        conversionId,
        partnerId: other.partnerId,
        component,
        amount: toWireAmount(amount),
        currency,
      })),
      months: rated.months.map(({ before, after, ...month }) => ({
        ...month,
        before: toWireAmount(before),
        after: toWireAmount(after),
        difference: toWireAmount(after - before),
      })),
    });
  });

async function programOf(tx: Tx, brand: Brand, partnerId: string, wanted: string | undefined): Promise<string> {
  const { brandId } = brand;
  if (wanted === undefined) {
    const found = await programOfPartner(tx, brand, partnerId);
    if (found !== undefined) return found;
  } else if (await knowsEnrollment(tx, { brandId, partnerId, programId: wanted })) return wanted;
  throw new NotYetKnown('enrolment of partner', partnerId);
}

/** The deal that would rate the event by other terms now. */
function dealInForce(versions: readonly DealVersionRecord[], terms: Terms, at: string) {
  for (const deal of groupBy(versions, ({ dealId }) => dealId).values()) {
    const rating = versionInForce(deal, at);
    const inForce = deal.find(({ version }) => version === rating?.version);
    if (inForce?.status === 'active' && inForce.terms.licence === terms.licence) return { deal, inForce };
  }
  return undefined;
}

/** The next version of that deal, so that its scales and caps go on from where they stand; else a new deal. */
function versionFor(
  deal: readonly DealVersionRecord[] | undefined,
  place: { partnerId: string; brandId: string; programId: string },
  terms: Terms,
  effectiveFrom: string,
) {
  const origin = { templateId: null, templateVersion: null };
  const identity = deal ? identityOf(latestOf(deal)) : { dealId: newId('deal'), ...place, ...origin };
  return { ...identity, version: deal ? latestOf(deal).version + 1 : 1, effectiveFrom, terms, reason: 'preview', batchId: null };
}
