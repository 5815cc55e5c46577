import { randomUUID } from 'node:crypto';
import { type EventOf, newId } from '@tributary/contracts';
import { anEvent } from '@tributary/testkit';
import { callOf } from '../provider-calls.js';
import { funding } from '../provider-world.js';
import { accrued, approved, approver, brandChanged, builder, cleared, partnerChanged, start } from '../world.js';
import type { House } from './house.js';
import type { Answer, Call } from './node.js';
import { isAhead, type Stage } from './points.js';

/** Chance that can be repeated. */
export interface Luck {
  int(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}
interface Brand {
  brandId: string;
  rail: 'stripe' | 'paypal' | 'simulated-api';
  fundingAccountId: string;
  partnerIds: string[];
}
interface Run {
  id: string;
  contentHash: string;
  payouts: { id: string; status: string; partnerId: string }[];
}

const over = new Set(['settled', 'failed', 'returned']);
const tempers = ['duplicate-callback', 'late-return', 'accept-then-timeout', 'error-before-accept', 'ok'];
/** Stripe repeats a 500 under its key for a day; nothing came of it, and people would have to say so. */
const faults = {
  stripe: ['timeout-after-accept', '500-after-accept', 'reject'],
  paypal: ['timeout-after-accept', '500-after-accept', '500-before-accept', 'reject', 'part'],
  'simulated-api': [],
} as const;

/** People, providers and other services at work with a service that may die under each of their calls. */
export class Season {
  readonly approved: { entryId: string; partnerId: string; brandId: string; amount: bigint }[] = [];
  readonly brands: Brand[] = [];
  sequence = 1;
  /** How far the run at hand has come, and of which rail it is. */
  at: { stage: Stage; rail: string } = { stage: 'build', rail: 'stripe' };

  constructor(
    private readonly house: House,
    private readonly luck: Luck,
  ) {}

  async open(partners = 3): Promise<void> {
    for (const rail of ['stripe', 'paypal', 'simulated-api'] as const) {
      const brandId = newId('brand');
      await this.house.deliver(brandChanged(brandId));
      const fundingAccountId = rail === 'simulated-api' ? '' : await this.fund(brandId, rail);
      const partnerIds = Array.from({ length: partners }, () => newId('partner'));
      await this.house.deliver(...partnerIds.map((partnerId) => partnerChanged(partnerId)));
      for (const [index, partnerId] of partnerIds.entries()) await this.addMethod(partnerId, rail, index);
      this.brands.push({ brandId, rail, fundingAccountId, partnerIds });
    }
    // The clock of a process ticks on; that of the next one starts where it was last put.
    await this.house.later(600_000);
  }

  /** Everything that befalls commission of one brand, from being earned to the answer of the rail, or back. */
  async round(brand: Brand = this.suited()): Promise<void> {
    const { house, luck } = this;
    this.comes('build', brand);
    await this.earn(brand);
    const run = await this.build(brand);
    if (!run) return;
    this.comes('cancel', brand);
    if (this.wants('cancel', 0.05)) return void (await this.command(`/api/v1/payout-runs/${run.id}/cancel`, builder, { reason: 'no' }));
    this.comes('seal', brand);
    const early = luck.chance(0.5);
    await this.command(`/api/v1/payout-runs/${run.id}/approve`, approver);
    this.comes('clear', brand);
    if (early) await this.command(`/api/v1/payout-runs/${run.id}/submit`, approver);
    if (this.wants('refuse', 0.05)) return house.deliver(refused(run));
    await house.deliver(cleared(run.id, run.contentHash));
    if (this.wants('recall', 0.05)) await house.deliver(recalled(run));
    if (!early) await this.command(`/api/v1/payout-runs/${run.id}/submit`, approver);
    const stopped = this.wants('failed', 0.05) ? brand.partnerIds[0] : undefined;
    if (stopped) await house.deliver(partnerChanged(stopped, 'suspended', ++this.sequence));
    const possible = faults[brand.rail].slice(0, this.wants('unknown', 0) ? 2 : 5);
    if (possible.length > 0 && this.wants('unknown', 0.3)) house.double.faults.push(luck.pick(possible));
    this.comes('send', brand);
    await this.settle(brand, run);
    house.double.faults.length = 0;
    this.comes('return', brand);
    if (stopped) await house.deliver(partnerChanged(stopped, 'active', ++this.sequence));
    if (this.wants('returned', 0.1) || this.wants('acknowledge', 0)) await this.sendBack(brand, run);
  }

  /** Pays what is left, without another death, until nothing is. */
  async finish(): Promise<void> {
    for (const brand of this.brands) {
      await this.house.later(2 * 86_400_000);
      await this.house.deliver(...brand.partnerIds.map((partnerId) => partnerChanged(partnerId, 'active', ++this.sequence)));
      for (const partnerId of brand.partnerIds) await this.tell(brand, partnerId, 100_000n);
      await this.house.sql(`UPDATE payout_method SET behaviour = 'ok' WHERE partner_id = ANY ($1) AND kind = 'simulated'`, [
        brand.partnerIds,
      ]);
      for (let run = await this.build(brand), rounds = 0; run; run = await this.build(brand)) {
        if (++rounds > 10) throw new Error('there is always something left to pay');
        await this.command(`/api/v1/payout-runs/${run.id}/approve`, approver);
        await this.house.deliver(cleared(run.id, run.contentHash));
        await this.command(`/api/v1/payout-runs/${run.id}/submit`, approver);
        await this.settle(brand, run);
      }
    }
    await this.house.later(60_000);
  }

  /** A brand whose rail comes to the place where the next death waits. */
  private suited(): Brand {
    const { planned } = this.house;
    const suited = this.brands.filter(({ rail }) => planned === undefined || isAhead(planned, 'build', rail));
    return this.luck.pick(suited.length > 0 ? suited : this.brands);
  }

  private comes(stage: Stage, { rail }: Brand): void {
    this.at = { stage, rail };
  }

  /** What the judge wants to see. */
  written() {
    const { house, approved } = this;
    return { sql: house.sql.bind(house), double: house.double, approved };
  }

  /** Whether something is to happen: by chance, or since the next death waits for it. */
  private wants(what: string, probability: number): boolean {
    const { planned } = this.house;
    return (planned?.kind === 'point' && planned.name.includes(what)) || this.luck.chance(probability);
  }

  /** Who is called by the rail does not ask it. */
  private waitsForAsking(): boolean {
    const { planned } = this.house;
    return planned?.kind === 'wire' && planned.route === 'ask';
  }

  private async fund(brandId: string, rail: 'stripe' | 'paypal'): Promise<string> {
    const answer = await this.house.call('POST', `/api/v1/brands/${brandId}/funding-accounts`, { body: { rail, account: funding[rail] } });
    return expectStatus(answer, 201).body.id;
  }

  private async addMethod(partnerId: string, rail: Brand['rail'], index: number): Promise<void> {
    const account = {
      stripe: { name: 'Ada', accountId: `acct_${partnerId.slice(-12)}` },
      paypal: { name: 'Ada', email: `${partnerId}@example.com` },
      'simulated-api': { name: 'Ada', behaviour: tempers[index % tempers.length] },
    }[rail];
    const kind = rail === 'simulated-api' ? 'simulated' : rail;
    const method = expectStatus(
      await this.house.call('POST', `/api/v1/partners/${partnerId}/payout-methods`, { body: { kind, account } }),
      201,
    );
    if (kind === 'simulated') return;
    const verify = { as: approver, body: { means: 'prenote' } };
    expectStatus(await this.house.call('POST', `/api/v1/payout-methods/${method.body.id}/verify`, verify), 200);
  }

  private async earn(brand: Brand): Promise<void> {
    for (const partnerId of brand.partnerIds)
      if (this.luck.chance(0.8)) await this.tell(brand, partnerId, BigInt(this.luck.int(1, 90_000)) * (this.luck.chance(0.15) ? -1n : 1n));
    await this.house.later(1000);
  }

  /** Commission and its approval; what is below zero corrects something that was paid or not. */
  private async tell({ brandId }: Brand, partnerId: string, amount: bigint): Promise<void> {
    const before = this.approved.filter((each) => each.partnerId === partnerId && each.amount >= -amount && each.amount > 0n);
    const whole = amount < 0n && before.length === 0 ? -amount : amount;
    const adjusts = whole < 0n ? this.luck.pick(before).entryId : null;
    const entry = accrued(partnerId, brandId, Number(whole), { adjusts });
    this.approved.push({ entryId: entry.data.entryId, partnerId, brandId, amount: whole });
    if (this.luck.chance(0.5)) await this.house.deliver(entry, approved(entry));
    else for (const event of [entry, approved(entry)]) await this.house.deliver(event);
  }

  /** A command as a client gives it that hears no answer: again, mostly under the same key. */
  private async command(path: string, as: Call['as'], body: object = {}): Promise<Answer> {
    let key = randomUUID();
    const answer = await this.house.insist((node, lives) => {
      if (lives > 0 && this.luck.chance(0.3)) key = randomUUID();
      return node.call('POST', path, { ...(as ? { as } : {}), body, headers: { 'idempotency-key': key } });
    });
    // Done by the call that was not answered.
    if (answer.status >= 300 && answer.body?.code !== 'run-state-forbids' && answer.body?.code !== 'run-empty')
      throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  private async build({ brandId }: Brand): Promise<Run | undefined> {
    const { status, body } = await this.command('/api/v1/payout-runs', builder, { brandIds: [brandId] });
    if (status === 201) return body;
    // Another key may have built it, and its answer was lost.
    const [draft] = await this.house.sql<{ id: string }>(`SELECT id FROM payout_run WHERE status = 'draft' AND $1 = ANY (brand_ids)`, [
      brandId,
    ]);
    return draft && (await this.runOf(draft.id));
  }
  private async runOf(id: string): Promise<Run> {
    return expectStatus(await this.house.call('GET', `/api/v1/payout-runs/${id}`), 200).body;
  }

  private async settle(brand: Brand, run: Run): Promise<void> {
    for (let step = 0; step < 60; step++) {
      await this.house.later(step < 3 ? 5000 : 65_000);
      this.comes('settle', brand);
      const { payouts } = await this.runOf(run.id);
      if (payouts.every(({ status }) => over.has(status))) return;
      if (!this.waitsForAsking() && this.wants('callback', 0.3)) for (const { id } of payouts) await this.callBack(brand, id);
    }
    throw new Error(`run ${run.id} does not come to its end: ${JSON.stringify(await this.runOf(run.id))}`);
  }

  private async sendBack(brand: Brand, run: Run): Promise<void> {
    // The simulated rail tells of its returns itself, a day later.
    if (brand.rail === 'simulated-api') return this.house.later(86_400_000 + 60_000);
    const { payouts } = await this.runOf(run.id);
    const settled = payouts.find(({ status }) => status === 'settled');
    if (!settled) return;
    this.house.double.sendBack(settled.id);
    await this.callBack(brand, settled.id, 'returned');
  }

  /** The provider calls, with the same event until it is heard, and sometimes once more. */
  private async callBack({ rail, fundingAccountId }: Brand, payoutId: string, state: 'settled' | 'returned' = 'settled'): Promise<void> {
    const call = rail === 'simulated-api' ? undefined : callOf(this.house.double, rail, fundingAccountId, payoutId, state);
    if (!call) return;
    const { path, body } = call;
    // Who hears no "yes" calls again; and sometimes who has heard it.
    for (let heard = 0, wanted = this.luck.int(1, 2), calls = 0; heard < wanted; calls++) {
      const answer = await this.house.insist((node) => node.call('POST', path, { body, headers: call.headers(this.house.clock()) }));
      if (answer.status === 200) heard++;
      else if (answer.status !== 503 || calls > 20) expectStatus(answer, 200);
    }
  }
}

const refused = ({ id: runId, contentHash }: Run): EventOf =>
  anEvent(
    'approvals.run.refused.v1',
    { runId, contentHash, reason: 'a hit', entryIds: [], refusedAt: start.toISOString() },
    { subject: runId },
  );
const recalled = ({ id: runId, contentHash, payouts }: Run): EventOf =>
  anEvent(
    'approvals.run.recalled.v1',
    {
      runId,
      contentHash,
      payoutIds: [payouts[0]?.id ?? ''],
      entryIds: [newId('entry')],
      hitIds: [newId('riskHit')],
      recalledAt: start.toISOString(),
    },
    { subject: runId },
  );

function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
  return answer;
}
