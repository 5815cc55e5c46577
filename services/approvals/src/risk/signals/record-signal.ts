import { newId, recordRiskSignal } from '@tributary/contracts';
import { created, NotYetKnown, preparedCommand, reject } from '@tributary/service-kit';
import type { ProfileStore } from '../../shared/profile-store.js';
import { type JudgeParts, judge, takeInForce } from '../judge.js';
import { reachMs } from '../on-facts.consumer.js';
import { readSignals, type SignalSources } from './read-signals.js';

export interface SignalParts extends JudgeParts, SignalSources {
  profiles: ProfileStore;
}

/** Keeps hashes and verdicts of what is told, and judges anew the conversions that it is about. Others are asked before the transaction. */
export const recordRiskSignalRoute = (parts: SignalParts) =>
  preparedCommand(
    recordRiskSignal,
    ({ body }) => readSignals(parts, body),
    async ({ tx, body, principal, now, context, prepared: signals }) => {
      const { brandId, subjectId } = body;
      if (signals.length === 0) return reject('risk-signal-empty');
      const sets = await takeInForce(parts, tx, [brandId], now);
      if (!(await parts.profiles.sharePolicies(tx, [brandId])).has(brandId)) throw new NotYetKnown('brand', brandId);
      const id = newId('riskSignal');
      await parts.facts.addSignals(tx, { id, brandId, subjectId, signals, recordedBy: principal.actorId, createdAt: now });
      const earliest = new Date(now.getTime() - reachMs);
      const touched = await parts.facts.touchedBy(tx, brandId, subjectId, earliest);
      await judge(parts, tx, context, { sets, touched, earliest, now });
      const kinds = [...new Set(signals.map(({ kind }) => kind))].sort();
      return created({ id, brandId, subjectId, kinds, recordedBy: principal.actorId, createdAt: now.toISOString() });
    },
  );
