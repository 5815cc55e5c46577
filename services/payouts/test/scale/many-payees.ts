import { newId } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { createVault } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose, type PayoutsOptions } from '../../src/composition.js';
import type { PrismaClient } from '../../src/generated/client.js';
import { brandChanged, start } from '../world.js';

export type Payouts = TestService<PrismaClient>;

/** A service whose bus confirms and forgets: what is sent would fill the memory that is measured. */
export const startForgetful = (settings: PayoutsOptions['settings'] = {}): Promise<Payouts> =>
  startTestService((environment) => compose(environment, { settings }), {
    now: start,
    environment: {
      bus: {
        features: { broker: false, durableBindings: false },
        declare: async () => undefined,
        publish: async () => undefined,
        sendTo: async () => undefined,
        consume: async () => ({ stop: async () => undefined }),
        backlog: async () => 0,
        state: () => 'up' as const,
        onUp: () => () => undefined,
        close: async () => undefined,
      },
    },
  });

const numbered = (prefix: string, number: string) => `'${prefix}_0' || lpad((${number})::text, 25, '0')`;
const partnerOf = numbered('ptr', 'n % $2::int');

/**
 * A brand that pays by files, and partners with entries each, as they lie there once they are earned, approved and have matured: what
 * each entry earned differs, every hundred and first was taken back, and of a thousand partners one is suspended and another has no account.
 */
export async function manyPayees(s: Payouts, payees: number, entriesEach: number, brandId: string = newId('brand')): Promise<string> {
  await s.deliver(brandChanged(brandId));
  const funding = { rail: 'bank-file', account: { name: 'Brand', iban: 'DE89370400440532013000' } };
  await s.request().post(`/api/v1/brands/${brandId}/funding-accounts`).send(funding).expect(201);
  await s.sql(
    `INSERT INTO partner_profile (partner_id, sequence, status) SELECT ${numbered('ptr', 'n')}, 1, CASE WHEN n % 1000 = 7 THEN 'suspended' ELSE 'active' END
     FROM generate_series(0, $1::int - 1) AS n`,
    [payees],
  );
  await s.sql(
    `INSERT INTO entry (id, entry_id, brand_id, partner_id, currency, amount, accrued, occurred_at, matures_at, decision, decision_state, decided_at, bucket, version)
     SELECT id, id, $1, partner_id, 'EUR', CASE WHEN n % 101 = 99 THEN -50 ELSE 100 + n % 977 END, true, $4, $4, 1, 'approved', $4, 'payable', 3
     FROM (SELECT n, ${numbered('ent', 'n')} AS id, ${partnerOf} AS partner_id FROM generate_series(0, $2::int * $3::int - 1) AS n) AS each`,
    [brandId, payees, entriesEach, start],
  );
  await s.sql(
    `INSERT INTO ledger_transaction (id, business_key, kind, brand_id, partner_id, currency, accounts, amounts, effective_at, posted_at)
     SELECT 'led_' || partner_id, 'loaded:' || partner_id, 'accrual', brand_id, partner_id, currency, '{brand-expense,payable}', ARRAY[-sum(amount), sum(amount)]::bigint[], $2, $2
     FROM entry WHERE brand_id = $1 GROUP BY partner_id, brand_id, currency`,
    [brandId, start],
  );
  await s.sql(
    `INSERT INTO balance (partner_id, brand_id, currency, accrued, payable)
     SELECT partner_id, brand_id, currency, sum(amount), sum(amount) FROM entry WHERE brand_id = $1 GROUP BY 1, 2, 3`,
    [brandId],
  );
  await accounts(s, payees);
  await s.sql('ANALYZE');
  return brandId;
}

const atOnce = 5000;

/** A verified account for each, encrypted under the partner's key. */
async function accounts(s: Payouts, payees: number): Promise<void> {
  const keys = new Map<string, string>();
  const vault = createVault(s.environment.keys);
  // Keys are kept aside, and stored together: one by one they would take longer than all that is measured.
  const aside: Tx = {
    async query<R>(text: string, [subject, wrapped]: readonly unknown[] = []) {
      if (text.startsWith('INSERT')) keys.set(String(subject), String(wrapped));
      return { rows: [{ wrapped: keys.get(String(subject)) } as R], rowCount: 1 };
    },
  };
  for (let from = 0; from < payees; from += atOnce) {
    keys.clear();
    const made: [string, string][] = [];
    for (let n = from; n < Math.min(from + atOnce, payees); n++) {
      const partnerId = `ptr_0${String(n).padStart(25, '0')}`;
      const account = { name: `Partner Nº ${n} & Söhne`, iban: 'SE4550000000058398257466' };
      if (n % 1000 !== 11) made.push([partnerId, await vault.seal(aside, partnerId, JSON.stringify(account))]);
    }
    await s.sql('INSERT INTO kit.subject_key (subject_id, wrapped) SELECT * FROM unnest($1::text[], $2::text[])', [
      [...keys.keys()],
      [...keys.values()],
    ]);
    await s.sql(
      `INSERT INTO payout_method (id, partner_id, kind, account, account_hmac, account_hint, brand_ids, usable_from, status, created_by, created_at, verified_by, verified_at, verified_by_means)
       SELECT replace(partner_id, 'ptr_', 'pym_'), partner_id, 'bank-account', account, md5(partner_id), 'SE** **** 7466', '{}', $3, 'active', 'usr_enters', $3, 'usr_verifies', $3, 'prenote'
       FROM unnest($1::text[], $2::text[]) AS made (partner_id, account)`,
      [made.map(([id]) => id), made.map(([, account]) => account), new Date(start.getTime() - 30 * 86_400_000)],
    );
  }
}
