import type * as clearance from '../../services/approvals/src/clearance/domain/check-run.js';
import type * as approval from '../../services/approvals/src/review/domain/approval.js';
import type * as hold from '../../services/approvals/src/review/domain/hold.js';
import type * as facts from '../../services/approvals/src/shared/routing/domain/facts.js';
import type * as table from '../../services/approvals/src/shared/routing/domain/table.js';
import type * as judged from '../../services/payouts/src/bank/domain/judge-lines.js';
import type * as place from '../../services/payouts/src/entries/domain/place-entry.js';
import type * as balance from '../../services/payouts/src/ledger/domain/balance-terms.js';
import type * as posting from '../../services/payouts/src/ledger/domain/posting.js';
import type * as state from '../../services/payouts/src/payouts/domain/payout-state.js';
import type * as reports from '../../services/payouts/src/payouts/domain/rail-reports.js';
import type * as routed from '../../services/payouts/src/routing/domain/route-payout.js';
import type * as content from '../../services/payouts/src/runs/domain/content-text.js';
import type * as run from '../../services/payouts/src/runs/domain/run-state.js';
import type * as split from '../../services/payouts/src/runs/domain/split-groups.js';

/** The pure functions that decide about money: those of the services, or a copy of them with a mistake in it. */
export type Domain = Omit<typeof approval, 'stageDue' | 'stagesOf'> &
  typeof hold &
  typeof facts &
  typeof table &
  typeof clearance &
  typeof judged &
  typeof place &
  typeof balance &
  typeof posting &
  typeof state &
  typeof reports &
  typeof content &
  typeof run &
  typeof split &
  typeof routed;

const files = [
  'approvals/src/review/domain/approval',
  'approvals/src/review/domain/hold',
  'approvals/src/shared/routing/domain/facts',
  'approvals/src/shared/routing/domain/table',
  'approvals/src/clearance/domain/check-run',
  'payouts/src/bank/domain/judge-lines',
  'payouts/src/entries/domain/place-entry',
  'payouts/src/ledger/domain/balance-terms',
  'payouts/src/ledger/domain/posting',
  'payouts/src/payouts/domain/payout-state',
  'payouts/src/payouts/domain/rail-reports',
  'payouts/src/runs/domain/content-text',
  'payouts/src/runs/domain/run-state',
  'payouts/src/runs/domain/split-groups',
  'payouts/src/routing/domain/route-payout',
];

/** Loads the domains of a `services` folder. Of two functions of one name, that of payouts counts here. */
export async function loadDomain(services: string): Promise<Domain> {
  // One after the other: what two of them import is loaded once.
  const modules: object[] = [];
  for (const file of files) modules.push(await import(`${services}/${file}.ts`));
  return Object.assign({}, ...modules) as Domain;
}
