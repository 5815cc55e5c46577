import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Instruction, Rail } from '../../src/rails/domain/rail.js';
import type { NodePlan } from './node.js';

/** Mistakes that the judge must find: what the product would do if it were not built as it is. */
export type SeededBug = 'new-key-on-retry' | 'attempt-after-call';

export function seededBug({ bug, providers, database }: NodePlan): ((rail: Rail) => Rail) | undefined {
  if (bug === 'new-key-on-retry') return (rail) => (rail.name === 'stripe' ? withNewKeys(rail, providers) : rail);
  if (bug === 'attempt-after-call') return (rail) => forgettingAttempts(rail, database?.databaseUrl ?? '');
  return undefined;
}

/** Each call has a key of its own, and nothing of it is written down first. */
function withNewKeys(rail: Rail, providers: string): Rail {
  const transfer = async ({ payoutId, amount, currency }: Instruction) => {
    const body = new URLSearchParams({
      amount: amount.toString(),
      currency: currency.toLowerCase(),
      destination: 'acct_1',
      transfer_group: payoutId,
    });
    body.set('metadata[payout_id]', payoutId);
    const headers = { authorization: 'Bearer sk_test', 'idempotency-key': randomUUID() };
    const answer = await fetch(new URL('/v1/transfers', providers), { method: 'POST', headers, body });
    return ((await answer.json()) as { id: string }).id;
  };
  return {
    ...rail,
    async submit(instructions) {
      const answers = new Map();
      for (const each of instructions) answers.set(each.railKey, { outcome: 'accepted', reference: await transfer(each) });
      return answers;
    },
    lookup: async () => ({ state: 'not-found' }),
  };
}

/** As if an attempt were committed together with the answer: who dies in the call leaves no trace of it. */
function forgettingAttempts(rail: Rail, databaseUrl: string): Rail {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  return {
    ...rail,
    async submit(instructions, now) {
      await pool.query('UPDATE payout SET attempted_at = NULL WHERE id = ANY ($1)', [instructions.map(({ payoutId }) => payoutId)]);
      return rail.submit(instructions, now);
    },
  };
}
