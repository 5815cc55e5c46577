import { type EventOf, newId, type Role } from '@tributary/contracts';
import { anEvent, type TestService } from '@tributary/testkit';
import type { BalanceTerms } from '../../services/payouts/src/ledger/domain/balance-terms.js';
import type { PayoutStatus } from '../../services/payouts/src/payouts/domain/payout-state.js';
import type { Instruction, Rail } from '../../services/payouts/src/rails/domain/rail.js';
import { accrued, brandChanged, decided, enrolled, partnerChanged } from '../../services/payouts/test/world.js';
import type { Told } from './approvals-shell.js';
import { accountOf, balanceAs, movedAs, type Order, paidAs, type Run } from './payouts-records.js';
import { RailDouble, type Temper } from './rail-double.js';
import { partners, start } from './side-by-side.js';

type Accrued = EventOf<'commission.entry.accrued.v1'>;
const hash = 'b'.repeat(64);
const funding = {
  'bank-file': { name: 'Brand', iban: 'DE89370400440532013000' },
  paypal: { name: 'Brand', clientId: 'client-123456', clientSecret: 'secret-123456', webhookId: 'WH-123456' },
};
const ibans = ['DE89370400440532013000', 'FR1420041010050500013M02606', 'NL91ABNA0417164300', 'AT611904300234573201', 'BE68539007547034'];

/** The payouts service itself, on PostgreSQL, told and asked what the story says; names of the story stand for its ids. */
export class RealPayouts {
  readonly brandId = newId('brand');
  readonly rail = new RailDouble();
  /** While it is not, nobody gets an answer to a look-up: who looks up when is for the story to say. */
  isAsking = false;
  readonly calls: { id: string; railKey: string; state: 'accepted' | 'settled' | 'returned'; reference: string }[] = [];
  temperOf: (payout: string) => Temper = () => 'accept';
  /** Names of the story by real ids, and the other way round. */
  readonly names = new Map<string, string>();
  readonly ids = new Map<string, string>();
  private readonly contentHashes = new Map<string, string>();
  private readonly entries = new Map<string, Accrued>();
  private readonly methods = new Map<string, { id: string; by: string }[]>();
  private readonly statuses = new Map<string, number>();

  constructor(private readonly service: () => TestService<unknown>) {}

  /** What stands for each of the service's rails. */
  wrapped = ({ name }: Rail): Rail => ({
    name,
    submit: async (instructions) => new Map(instructions.map((one) => [one.railKey, this.rail.submit(one, this.temper(one))] as const)),
    lookup: async (railKey) => {
      if (!this.isAsking) throw new Error('nobody answers now');
      return this.rail.lookup(railKey);
    },
    callbacks: async () => (name === 'paypal' ? [...this.calls] : []),
    acknowledge: async () => void this.calls.splice(0),
  });

  private temper = ({ payoutId }: Instruction): Temper => this.temperOf(this.names.get(payoutId) ?? '');

  async begin(): Promise<void> {
    const changed = brandChanged(this.brandId, { minimumPayout: 100, clawbackDays: 2, financeThreshold: 60_000 });
    await this.service().deliver({ ...changed, data: { ...changed.data, timeZone: 'UTC' } });
    for (const rail of ['bank-file', 'paypal'] as const)
      await this.service()
        .request()
        .post(`/api/v1/brands/${this.brandId}/funding-accounts`)
        .send({ rail, account: funding[rail] })
        .expect(201);
    for (const partner of partners) {
      this.name(partner, newId('partner'));
      await this.service().deliver(partnerChanged(this.id(partner)), enrolled(this.id(partner), this.brandId));
    }
  }

  async hear(told: Exclude<Told, { to: 'approvals' }>): Promise<void> {
    await this.service().deliver(this.event(told));
  }

  async build(
    { builtBy, currency, minimum, include, exclude }: Order,
    run: Run | null,
    payoutOf: (account: string) => string,
  ): Promise<void> {
    const body = {
      brandIds: [this.brandId],
      ...(currency === null ? {} : { currency }),
      ...(minimum === null ? {} : { minimum: Number(minimum) }),
      ...(include === null ? {} : { include: include.map((one) => this.id(one)) }),
      ...(exclude.length === 0 ? {} : { exclude: exclude.map((one) => this.id(one)) }),
    };
    const answer = await this.as(builtBy).post('/api/v1/payout-runs').send(body);
    if ((answer.status === 201) !== (run !== null)) throw new Error(`a run is built: ${answer.status} ${answer.text}, expected ${run?.id}`);
    if (!run) return;
    this.name(run.id, answer.body.id);
    this.contentHashes.set(run.id, answer.body.contentHash);
    for (const { id, partnerId, currency: paid } of answer.body.payouts)
      this.name(payoutOf(accountOf({ partnerId: this.names.get(partnerId) ?? '', currency: paid })), id);
  }

  /** Whether the service does what is asked of a run. */
  async ask(run: string, what: 'approve' | 'submit' | 'cancel', by: string): Promise<boolean> {
    const body = what === 'cancel' ? { reason: 'not now' } : {};
    // Who may decide for finance is known by his role; what else is asked is asked by an administrator.
    const roles: Role[] = [by.startsWith('f') ? 'finance-approver' : 'programme-manager'];
    const person = what === 'approve' ? this.service().request({ actorId: by, roles }) : this.as(by);
    const { status, text } = await person.post(`/api/v1/payout-runs/${this.id(run)}/${what}`).send(body);
    if (status >= 500) throw new Error(text);
    return status < 300;
  }

  async enterMethod(partner: string, kind: string, by: string): Promise<void> {
    const known = this.methods.get(partner) ?? [];
    const number = known.length;
    const account =
      kind === 'paypal' ? { name: 'Ada', email: `${partner}.${number}@example.com` } : { name: 'Ada', iban: ibans[number % ibans.length] };
    const { body } = await this.as(by)
      .post(`/api/v1/partners/${this.id(partner)}/payout-methods`)
      .send({ kind, account })
      .expect(201);
    this.methods.set(partner, [...known, { id: body.id, by }]);
    this.name(`${partner}.${number}`, body.id);
  }

  async verifyLast(partner: string, by: string): Promise<void> {
    const method = this.methods.get(partner)?.at(-1);
    await this.as(by).post(`/api/v1/payout-methods/${method?.id}/verify`).send({ means: 'prenote' });
  }

  async freezeLast(partner: string, by: string): Promise<void> {
    const method = this.methods.get(partner)?.at(-1);
    await this.as(by).post(`/api/v1/payout-methods/${method?.id}/disable`).send({ reason: 'the partner does not know it' });
  }

  async suspend(partner: string, isSuspended: boolean): Promise<void> {
    const sequence = (this.statuses.get(partner) ?? 1) + 1;
    this.statuses.set(partner, sequence);
    await this.service().deliver(partnerChanged(this.id(partner), isSuspended ? 'suspended' : 'active', sequence));
  }

  /** What the database holds, under the names of the story. */
  async state() {
    const sql = <R extends Record<string, unknown>>(text: string) => this.service().sql<R>(text, [this.brandId]);
    const named = (id: string) =>
      id
        .split('!')
        .map((part) => this.names.get(part) ?? part)
        .join('!');
    const entries = await sql<{ id: string; bucket: string; corrected: bigint }>(
      'SELECT id, bucket, corrected FROM entry WHERE brand_id = $1 AND accrued',
    );
    const payouts = await sql<{ id: string; status: PayoutStatus; amount: bigint; currency: string; methodId: string }>(
      'SELECT id, status, amount, currency, method_id AS "methodId" FROM payout WHERE brand_id = $1',
    );
    // What an earlier story left open goes on in this one, at a rail that has not heard of it.
    const strangers = new Set((await sql<{ id: string }>('SELECT id FROM payout WHERE brand_id <> $1')).map(({ id }) => id));
    const moved = this.rail.moved.filter(({ payoutId }) => !strangers.has(payoutId));
    const runs = await sql<{ id: string; status: string }>('SELECT id, status FROM payout_run WHERE $1 = ANY (brand_ids)');
    const legs = await sql<{ partnerId: string; currency: string; account: string; amount: bigint }>(
      'SELECT partner_id AS "partnerId", currency, account, sum(amount)::bigint AS amount FROM ledger_leg WHERE brand_id = $1 GROUP BY 1, 2, 3 HAVING sum(amount) <> 0',
    );
    // Stored beside the journal.
    const balances = await sql<Record<keyof BalanceTerms, bigint> & { partnerId: string; currency: string }>(
      'SELECT partner_id AS "partnerId", written_off AS "writtenOff", in_payout AS "inPayout", tax_withheld AS "taxWithheld", balance.* FROM balance WHERE brand_id = $1',
    );
    return {
      entries: entries.map(({ id, bucket, corrected }) => `${named(id)} ${bucket} ${corrected}`).sort(),
      payouts: payouts.map((one) => paidAs({ ...one, id: named(one.id), methodId: named(one.methodId) })).sort(),
      runs: runs.map(({ id, status }) => `${named(id)} ${status}`).sort(),
      accounts: legs.map((leg) => `${named(leg.partnerId)} ${leg.currency} ${leg.account} ${leg.amount}`).sort(),
      balances: balances.map((terms) => balanceAs(`${named(terms.partnerId)} ${terms.currency}`, terms)).sort(),
      moved: moved.map((one) => movedAs({ ...one, payoutId: named(one.payoutId), railKey: named(one.railKey) })).sort(),
    };
  }

  id(name: string): string {
    const id = this.ids.get(name);
    if (id === undefined) throw new Error(`${name} has no id`);
    return id;
  }

  private name(name: string, id: string): void {
    this.ids.set(name, id);
    this.names.set(id, name);
  }

  private as = (actorId: string) => this.service().request({ actorId });

  private event(told: Exclude<Told, { to: 'approvals' }>): EventOf {
    if (told.type === 'accrued') return this.accrual(told.entry);
    if (told.type === 'decided') {
      const { entryId, state, decision, at, amount, partnerId, currency } = told;
      const known =
        this.entries.get(entryId) ??
        this.accrual({
          ...told,
          id: entryId,
          amount,
          adjusts: null,
          conversionId: '',
          maker: '',
          occurredAt: at,
          maturesAt: at,
          partnerId,
          currency,
        });
      return decided(known, state, decision, at.toISOString());
    }
    const runId = this.id(told.runId);
    const at = new Date(start).toISOString();
    if (told.type === 'recalled')
      return anEvent('approvals.run.recalled.v1', {
        runId,
        contentHash: hash,
        payoutIds: told.payoutIds.map((one) => this.id(one)),
        entryIds: [newId('entry')],
        hitIds: [newId('riskHit')],
        recalledAt: at,
      });
    const contentHash = told.contentHash === 'of something else' ? hash : this.contentHashOf(told.runId);
    if (told.type === 'refused')
      return anEvent('approvals.run.refused.v1', { runId, contentHash, reason: 'held', entryIds: [], refusedAt: at });
    return anEvent(
      'approvals.run.cleared.v1',
      { clearanceId: newId('clearance'), runId, contentHash, checks: [], clearedAt: at },
      { subject: runId },
    );
  }

  private contentHashOf = (run: string): string => this.contentHashes.get(run) ?? hash;

  private accrual(entry: {
    id: string;
    partnerId: string;
    currency: string;
    amount: bigint;
    adjusts: string | null;
    conversionId: string;
    maker: string;
    occurredAt: Date;
    maturesAt: Date;
  }): Accrued {
    const known = this.entries.get(entry.id);
    if (known) return known;
    if (!this.ids.has(entry.id)) this.name(entry.id, newId('entry'));
    const event = accrued(this.id(entry.partnerId), this.brandId, Number(entry.amount), {
      entryId: this.id(entry.id),
      adjusts: entry.adjusts === null ? null : this.id(entry.adjusts),
      currency: entry.currency,
      occurredAt: entry.occurredAt.toISOString(),
      maturesAt: entry.maturesAt.toISOString(),
    });
    if (entry.conversionId !== '') this.entries.set(entry.id, event);
    return event;
  }
}
