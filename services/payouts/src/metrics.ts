import { metrics } from '@opentelemetry/api';
import { balanceDrift, ledgerImbalance } from './ledger/balances.js';
import { everyBrand, type Parts } from './parts.js';

interface Measured {
  money: { currency: string; accrued: bigint; held: bigint; inFlight: bigint; settled: bigint }[];
  imbalance: bigint;
  drift: number;
}

/** Gauges of money by state, and of what must always be zero; read from the last measurement. */
export function moneyGauges(parts: Pick<Parts, 'db' | 'log'>) {
  let last: Measured = { money: [], imbalance: 0n, drift: 0 };
  const meter = metrics.getMeter('tributary.payouts');
  const money = meter.createObservableGauge('tributary_money_minor', {
    description: 'Minor units by currency and state (accrued, held, in-flight, settled)',
  });
  money.addCallback((result) => {
    for (const { currency, accrued, held, inFlight, settled } of last.money) {
      for (const [state, amount] of Object.entries({ accrued, held, 'in-flight': inFlight, settled }))
        result.observe(Number(amount), { currency, state });
    }
  });
  meter
    .createObservableGauge('tributary_ledger_imbalance_minor', { description: 'Sum of what does not sum to zero: always 0' })
    .addCallback((result) => result.observe(Number(last.imbalance)));
  meter
    .createObservableGauge('tributary_balance_drift', { description: 'Balances that differ from the fold of the journal: always 0' })
    .addCallback((result) => result.observe(last.drift));

  return {
    /** Measures anew; complains loudly when something is not zero. */
    async measure(): Promise<Measured> {
      last = await parts.db.tx(everyBrand, async (tx) => {
        const { rows } = await tx.query<Measured['money'][number]>(
          `SELECT currency, sum(accrued)::bigint AS accrued, sum(held)::bigint AS held, sum(in_payout)::bigint AS "inFlight", sum(paid)::bigint AS settled FROM balance GROUP BY currency ORDER BY currency`,
        );
        return { money: rows, imbalance: await ledgerImbalance(tx), drift: await balanceDrift(tx) };
      });
      if (last.imbalance !== 0n || last.drift !== 0)
        parts.log.error({ imbalance: last.imbalance.toString(), drift: last.drift }, 'the ledger does not add up');
      return last;
    },
  };
}
