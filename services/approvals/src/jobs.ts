import type { Job } from '@tributary/service-kit';
import { type CaseDeadlineParts, escalateCasesJob } from './cases/escalate-cases.js';
import { type EscalationParts, escalateJob } from './review/escalations/escalate.js';
import { type BacktestParts, backtestJob } from './risk/backtests/run-backtest.js';
import { type SpreadParts, spreadBanJob } from './risk/bans/spread-ban.js';

/** Everything approvals does by the clock, or beside a request. */
export const jobs = (parts: EscalationParts & CaseDeadlineParts & SpreadParts & BacktestParts): Job[] => [
  escalateJob(parts),
  escalateCasesJob(parts),
  spreadBanJob(parts),
  backtestJob(parts),
];
