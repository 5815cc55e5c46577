import { createRiskBacktest, getRiskBacktest, newId } from '@tributary/contracts';
import { accepted, command, type Jobs, NotYetKnown, ok, query, type Route, reject } from '@tributary/service-kit';
import type { ProfileStore } from '../../shared/profile-store.js';
import type { Backtest, BacktestStore } from '../backtest-store.js';
import { backtestJobName } from './run-backtest.js';

export interface BacktestRouteParts {
  backtests: BacktestStore;
  profiles: ProfileStore;
  jobs: Jobs;
}
const longestMs = 400 * 86_400_000;

const view = ({ attempts: _, done, total, from, to, requestedAt, finishedAt, ...backtest }: Backtest) => ({
  ...backtest,
  from: from.toISOString(),
  to: to.toISOString(),
  progress: { done, total },
  requestedAt: requestedAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
});

const create = ({ backtests, profiles, jobs }: BacktestRouteParts): Route =>
  command(createRiskBacktest, async ({ tx, body: { brandId, use, ...period }, principal, now }) => {
    const [from, to] = [new Date(period.from), new Date(period.to)];
    if (from >= to || from > now || to.getTime() - from.getTime() > longestMs) return reject('backtest-period-invalid');
    if (!(await profiles.sharePolicies(tx, [brandId])).has(brandId)) throw new NotYetKnown('brand', brandId);
    const nothing = { done: 0, total: 0, failure: null, report: null, finishedAt: null, attempts: 0 };
    const asked = { requestedBy: principal.actorId, requestedAt: now };
    const backtest: Backtest = { id: newId('riskBacktest'), brandId, from, to, use, status: 'queued', ...nothing, ...asked };
    await backtests.insert(tx, backtest);
    await jobs.enqueue(tx, backtestJobName, { backtestId: backtest.id });
    return accepted(view(backtest));
  });

const read = ({ backtests }: BacktestRouteParts): Route =>
  query(getRiskBacktest, async ({ params, scope }) => {
    const found = await backtests.find(scope, params.backtestId);
    return found ? ok(view(found)) : reject('not-found');
  });

/** Rules tried on history. */
export const backtestRoutes = (parts: BacktestRouteParts): Route[] => [create(parts), read(parts)];
