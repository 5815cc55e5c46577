import { type DataOf, isId, newId, recordRiskSignal } from '@tributary/contracts';
import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import { created, NotYetKnown, preparedCommand, Rejected, reject } from '@tributary/service-kit';
import type { ProfileStore } from '../../shared/profile-store.js';
import type { NewSignals } from '../fact-store.js';
import { type JudgeParts, judge, takeInForce } from '../judge.js';
import { reachMs } from '../on-facts.consumer.js';
import { readSignals, type SignalSources } from './read-signals.js';

export interface SignalParts extends JudgeParts, SignalSources {
  profiles: ProfileStore;
  outbox: Outbox;
}

/** Keeps hashes and verdicts of what is told, and judges anew the conversions that it is about. Others are asked before the transaction. */
export const recordRiskSignalRoute = (parts: SignalParts) =>
  preparedCommand(
    recordRiskSignal,
    ({ body }) => readSignals(parts, body),
    async ({ tx, body, principal, now, context, prepared: signals }) => {
      const { brandId, subjectId } = body;
      if (signals.length === 0) return reject('risk-signal-empty');
      const seenAt = seenAtOf(body.seenAt, now);
      const sets = await takeInForce(parts, tx, [brandId], now);
      if (!(await parts.profiles.sharePolicies(tx, [brandId])).has(brandId)) throw new NotYetKnown('brand', brandId);
      const id = newId('riskSignal');
      const told = { id, brandId, subjectId, signals, recordedBy: principal.actorId, createdAt: now };
      await tellVerdict(parts, tx, context, told, seenAt);
      await parts.facts.addSignals(tx, told);
      const earliest = new Date(now.getTime() - reachMs);
      const touched = await parts.facts.touchedBy(tx, brandId, subjectId, earliest);
      await judge(parts, tx, context, { sets, touched, earliest, now });
      const kinds = [...new Set(signals.map(({ kind }) => kind))].sort();
      return created({ id, brandId, subjectId, kinds, recordedBy: principal.actorId, createdAt: now.toISOString() });
    },
  );

/** How far the sender's clock may be ahead. */
const furthestAheadMs = 5 * 60_000;

function seenAtOf(told: string | undefined, now: Date): Date {
  if (told === undefined) return now;
  const ms = Date.parse(told);
  if (ms > now.getTime() + furthestAheadMs)
    throw new Rejected('request-invalid', { errors: [{ pointer: '/seenAt', rule: 'must not lie in the future' }] });
  return new Date(Math.min(ms, now.getTime()));
}

type Verdict = DataOf<'approvals.network-verdict.recorded.v1'>;

/** Deals may refuse networks: whoever rates conversions is told where one, or its customer, came from. */
async function tellVerdict({ facts, outbox }: SignalParts, tx: Tx, context: EventContext, told: NewSignals, seenAt: Date): Promise<void> {
  const { id, brandId, subjectId, signals, createdAt } = told;
  const network = signals.find(({ kind }) => kind === 'network')?.value;
  if (network === undefined || isId('partner', subjectId)) return;
  const country = signals.find(({ kind }) => kind === 'country')?.value ?? 'unknown';
  const data: Verdict = {
    signalId: id,
    brandId,
    subjectId,
    verdict: (await facts.countVerdicts(tx, brandId, subjectId)) + 1,
    network: network as Verdict['network'],
    country: country === 'unknown' ? null : country,
    seenAt: seenAt.toISOString(),
    recordedAt: createdAt.toISOString(),
  };
  await outbox.append(tx, context, [{ type: 'approvals.network-verdict.recorded.v1', subject: subjectId, brandId, time: createdAt, data }]);
}
