import type { RiskRuleUse } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Outcomes, Report } from './domain/backtest-report.js';
import type { Period } from './domain/replay.js';

export interface Backtest extends Period {
  id: string;
  brandId: string;
  use: RiskRuleUse;
  status: 'queued' | 'running' | 'done' | 'failed';
  done: number;
  total: number;
  failure: string | null;
  report: Report | null;
  requestedBy: string;
  requestedAt: Date;
  finishedAt: Date | null;
  attempts: number;
}

/** Back-tests, and the history that they look at. */
export interface BacktestStore {
  insert(tx: Tx, backtest: Backtest): Promise<void>;
  find(scope: Scope, id: string): Promise<Backtest | undefined>;
  /** Running from now on; undefined when it is over. */
  begin(tx: Tx, id: string): Promise<Backtest | undefined>;
  saveProgress(tx: Tx, id: string, done: number, total: number): Promise<void>;
  end(tx: Tx, id: string, ending: { report: Report } | { failure: string }, now: Date): Promise<void>;
  /** Who did anything at the brand in the period. */
  partnersIn(tx: Tx, brandId: string, period: Period): Promise<string[]>;
  earned(tx: Tx, brandId: string, conversionIds: readonly string[]): Promise<Outcomes['earned']>;
  resolved(tx: Tx, brandId: string, period: Period): Promise<Outcomes['resolved']>;
}
