import type { Tx } from '@tributary/messaging';
import { type Clock, type Database, everything, type Job } from '@tributary/service-kit';
import { z } from 'zod';
import type { Backtest, BacktestStore } from '../backtest-store.js';
import { lookBackOf } from '../domain/assess.js';
import { type PartnerFinding, type Report, reportOf } from '../domain/backtest-report.js';
import { judgedIn, replay } from '../domain/replay.js';
import type { FactStore } from '../fact-store.js';
import { factsOfPartners } from '../facts-of-partners.js';

export interface BacktestParts {
  db: Database;
  clock: Clock;
  backtests: BacktestStore;
  facts: FactStore;
}
export const backtestJobName = 'risk-backtest';
const jobData = z.object({ backtestId: z.string() });
const mostAttempts = 3;
const partnersAtOnce = 20;

/** Looks at history in a transaction that cannot write, and sees only its brand; stores what came of it in another. */
export const backtestJob = (parts: BacktestParts): Job => ({
  name: backtestJobName,
  run: async (raw, { log }) => {
    const { db, backtests, clock } = parts;
    const { backtestId } = jobData.parse(raw);
    const backtest = await db.tx(everything, (tx) => backtests.begin(tx, backtestId));
    if (!backtest) return;
    let ending: { report: Report } | { failure: string };
    try {
      const report = await db.tx({ brandIds: [backtest.brandId] }, (tx) => lookBack(parts, tx, backtest), { isolation: 'repeatable read' });
      ending = { report };
    } catch (error) {
      if (backtest.attempts < mostAttempts) throw error;
      log.error({ err: error, backtestId }, 'a back-test failed for good');
      ending = { failure: 'internal-error' };
    }
    await db.tx(everything, (tx) => backtests.end(tx, backtestId, ending, clock.now()));
  },
});

async function lookBack({ db, backtests, facts }: BacktestParts, tx: Tx, backtest: Backtest): Promise<Report> {
  await tx.query('SET TRANSACTION READ ONLY');
  const { id, brandId, use } = backtest;
  const from = new Date(backtest.from.getTime() - lookBackOf({ version: 0, rules: [use] }));
  const partners = await backtests.partnersIn(tx, brandId, backtest);
  const findings: PartnerFinding[] = [];
  for (let at = 0; at < partners.length; at += partnersAtOnce) {
    const pairs = partners.slice(at, at + partnersAtOnce).map((partnerId) => ({ brandId, partnerId }));
    const known = await factsOfPartners(facts, tx, pairs, from);
    findings.push(
      ...known.map((own) => ({ partnerId: own.partnerId, judged: judgedIn(own.recent, backtest), found: replay(own, use, backtest) })),
    );
    // On a connection of its own: it is to be seen while this one is open.
    await db.tx(everything, (other) => backtests.saveProgress(other, id, Math.min(at + partnersAtOnce, partners.length), partners.length));
  }
  const conversionIds = findings.flatMap(({ found }) => [...found.keys()]);
  const earned = await backtests.earned(tx, brandId, conversionIds);
  return reportOf(findings, { earned, resolved: await backtests.resolved(tx, brandId, backtest) });
}
