import type { EventOf } from '@tributary/contracts';
import { contextOf, type Outbox, type Tx } from '@tributary/messaging';
import { forgetAnswers, type KeyRing, NotYetKnown } from '@tributary/service-kit';
import type { PartnerStore } from '../partner-store.js';
import { partnerChanged } from '../partner-view.js';
import type { Erasure, ErasureStore } from './erasure-store.js';

export interface EraseParts {
  erasures: ErasureStore;
  partners: PartnerStore;
  outbox: Outbox;
  keys: KeyRing;
}
type Answered = EventOf<'payouts.erasure.answered.v1'>;

/** Payouts say what an erasure waits for, or that nothing is in its way: then the data go, and the others are told. */
export const onErasureAnswered =
  (parts: EraseParts) =>
  async (tx: Tx, events: readonly Answered[]): Promise<void> => {
    for (const event of events) await take(parts, tx, event);
  };

async function take(parts: EraseParts, tx: Tx, event: Answered): Promise<void> {
  const { erasureId, partnerId, answer, waitingFor, retained } = event.data;
  const erasure = (await parts.erasures.lock(tx, erasureId)) ?? (await recall(parts, tx, event));
  if (!erasure || !isNews(erasure, event)) return;
  const at = new Date(event.data.answeredAt);
  // Payouts were asked, so it had been confirmed: a restore lost that.
  const confirmed = erasure.status === 'requested' ? { status: 'confirmed' as const, confirmedBy: 'system:payouts', confirmedAt: at } : {};
  const told: Erasure = { ...erasure, ...confirmed, waitingFor, answerSequence: Math.max(event.sequence ?? 0, erasure.answerSequence) };
  if (answer === 'erased') told.retained = retained;
  await parts.erasures.save(tx, told);
  if (answer === 'waiting' || told.status === 'erased') return;
  await parts.erasures.save(tx, { ...told, status: 'erased', erasedAt: at });
  await eraseSubject(parts, tx, event, partnerId, at);
}

/** Payouts that were restored count their answers anew; that nothing is in the way is never taken back, so it holds whatever its number. */
const isNews = ({ status, answerSequence }: Erasure, { sequence = 0, data }: Answered): boolean =>
  sequence > answerSequence || (data.answer !== 'waiting' && status !== 'erased');

/**
 * An erasure that payouts carried out and this database does not know was lost with a restore: it is written down anew, so that it
 * holds again. Who asked for it stands in the audit archive.
 */
async function recall({ erasures, partners }: EraseParts, tx: Tx, { data }: Answered): Promise<Erasure | undefined> {
  if (!(await partners.lock(tx, data.partnerId))) throw new NotYetKnown('partner', data.partnerId);
  const answeredAt = new Date(data.answeredAt);
  const lost: Erasure = {
    id: data.erasureId,
    partnerId: data.partnerId,
    status: 'confirmed',
    balance: 'pay-first',
    requestedBy: 'system:directory',
    requestedAt: answeredAt,
    withdrawnBy: null,
    withdrawnAt: null,
    confirmedBy: 'system:payouts',
    confirmedAt: answeredAt,
    waitingFor: [],
    retained: [],
    answerSequence: 0,
    erasedAt: null,
  };
  // Another one was asked for since: it will be answered itself.
  return (await erasures.insert(tx, lost)) ? lost : undefined;
}

async function eraseSubject(
  { partners, outbox, keys }: EraseParts,
  tx: Tx,
  event: Answered,
  partnerId: string,
  erasedAt: Date,
): Promise<void> {
  const partner = await partners.erase(tx, partnerId, erasedAt);
  await forgetAnswers(tx, partnerId);
  const { erasureId } = event.data;
  const data = { erasureId, subjectKind: 'partner' as const, subjectId: partnerId, erasedAt: erasedAt.toISOString() };
  await outbox.append(tx, contextOf(event, 'directory'), [
    partnerChanged(partner, keys, erasedAt),
    { type: 'directory.subject.erased.v1', subject: partnerId, partnerId, data },
  ]);
}
