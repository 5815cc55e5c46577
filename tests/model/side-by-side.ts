import type { Verdict } from '../../services/approvals/src/review/domain/approval.js';
import { type Accrued, ApprovalsShell, type Told } from './approvals-shell.js';
import type { Domain } from './domain.js';
import { same } from './laws.js';
import { Model } from './model.js';
import type { Fault } from './payouts-records.js';
import { PayoutsShell } from './payouts-shell.js';
import { RailDouble } from './rail-double.js';

export const dayMs = 86_400_000;
export const start = Date.parse('2026-03-02T08:00:00.000Z');
export const partners = ['p0', 'p1', 'p2'];
export const people = ['m0', 'm1', 'm2', 'f0', 'f1', 'f2'];
export const amounts = [1n, 40n, 60n, 99n, 100n, 101n, 5_000n, 20_000n, 20_001n, 40_000n, 40_001n, 60_000n, 60_001n, 1_000_000_000_000n];
const verdicts = { approved: 'approve', held: 'hold', rejected: 'reject' } as const satisfies Record<string, Verdict>;

/** One of a list, by any number. */
export function pick<T>(list: readonly T[], by: number): T {
  const [first] = list;
  if (first === undefined) throw new Error('nothing to pick from');
  return list[by % list.length] ?? first;
}

/** Both services, the rail and the model, and what people do with commissions: everything goes to the services and to the model. */
export class SideBySide {
  readonly model = new Model();
  readonly suspended = new Set<string>();
  readonly rail = new RailDouble();
  readonly approvals: ApprovalsShell;
  readonly payouts: PayoutsShell;
  readonly accrued: Accrued[] = [];
  /** What the services have told each other and nobody has taken in yet, and what has been. */
  readonly queue: Told[] = [];
  readonly heard: Told[] = [];
  protected readonly clock = () => new Date(this.now);

  constructor(
    readonly domain: Domain,
    readonly faults: ReadonlySet<Fault> = new Set(),
    public now = start,
  ) {
    const tell = (told: Told) => void this.queue.push(told);
    this.approvals = new ApprovalsShell(domain, tell, this.clock, this.suspended);
    this.payouts = new PayoutsShell(domain, this.rail, tell, this.clock, this.suspended, faults);
    this.model.now = this.now;
  }

  drain(): void {
    for (let told = this.queue.shift(); told; told = this.queue.shift()) this.deliver(told);
  }

  protected accrue(amount: bigint, partnerId: string, currency: string, original: Accrued | null, holdMs: number, maker: string): void {
    const id = `e${this.accrued.length}`;
    const conversionId = original?.conversionId ?? `c${this.accrued.length}`;
    const entry: Accrued = {
      id,
      partnerId,
      currency,
      amount,
      adjusts: original?.id ?? null,
      conversionId,
      maker,
      occurredAt: this.clock(),
      maturesAt: new Date(this.now + holdMs),
    };
    this.accrued.push(entry);
    // Both services hear of it, each in its own time: payouts may know of the decision first.
    this.queue.push({ to: 'payouts', type: 'accrued', entry });
    this.approvals.accrued(entry);
    this.model.accrue({
      id,
      partner: partnerId,
      currency,
      amount,
      of: entry.adjusts,
      conversion: conversionId,
      maker,
      matures: this.now + holdMs,
    });
  }

  protected correct(by: number, amountOf: (rest: bigint) => bigint): void {
    const all = this.accrued.filter(({ adjusts }) => adjusts === null);
    const paid = all.filter(({ id }) => this.inPayout(id));
    const originals = by % 2 === 0 && paid.length > 0 ? paid : all;
    if (originals.length === 0) return;
    const original = pick(originals, by);
    const rest = this.accrued.reduce(
      (sum, entry) => (entry.id === original.id || entry.adjusts === original.id ? sum + entry.amount : sum),
      0n,
    );
    const amount = amountOf(rest);
    if (amount !== 0n) this.accrue(amount, original.partnerId, original.currency, original, 0, original.maker);
  }

  protected decide(a: number, b: number): void {
    if (this.accrued.length === 0) return;
    const open = this.accrued.filter(({ id }) => ['waiting', 'held'].includes(this.model.items.get(id)?.state ?? ''));
    const { id } = pick(open.length > 0 && a % 8 > 0 ? open : this.accrued, a);
    const verdict = pick(['approved', 'approved', 'approved', 'approved', 'held', 'rejected'] as const, a >> 3);
    const person = pick(people, b);
    this.decideOn(id, verdict, person, b % 7 === 0 ? null : 'looked at it', b % 11 === 0 ? 'hash of something else' : `hash of ${id}`);
  }

  private decideOn(id: string, verdict: keyof typeof verdicts, person: string, reason: string | null, seen: string): void {
    const decider = { actorId: person, mayDecideAboveThreshold: person.startsWith('f') };
    const answer = this.approvals.decide(id, verdicts[verdict], decider, reason, seen);
    const expected = this.model.decide(id, verdict, person, reason !== null, seen === `hash of ${id}`);
    same(`${person} decides ${verdict} on ${id}: ${answer}`, answer === 'ok', expected);
  }

  protected hit(rule: string, by: string, a: number): void {
    if (this.accrued.length === 0) return;
    const { conversionId } = pick(this.accrued, (a - (a % 2)) / 2);
    const expected = this.model.recalledBy(this.model.hit(conversionId, rule, by));
    const before = this.queue.length;
    this.approvals.hit(conversionId, rule, by);
    const recalled = this.queue.slice(before).flatMap((told) => (told.type === 'recalled' ? told.payoutIds : []));
    same('recalled payouts', recalled.sort(), expected.sort());
  }

  /** Somebody finds out about what was paid already. */
  protected fraud(a: number, by: string): void {
    const paid = this.accrued.filter(({ id }) => this.inPayout(id));
    if (paid.length === 0) return;
    const { id } = pick(paid, a);
    this.hit('fraud', by, this.accrued.findIndex((entry) => entry.id === id) * 2 + 1);
    for (const person of people) this.decideOn(id, 'rejected', person, 'fraud', `hash of ${id}`);
  }

  protected deliver(told: Told): void {
    this.heard.push(told);
    if (told.type === 'sealed') {
      this.approvals.sealed(told);
      this.model.seal(told.runId);
      return;
    }
    this.payouts.hear(told);
    if (told.type === 'accrued') this.model.arrive(told.entry.id);
    else if (told.type === 'decided') {
      same(`decision ${told.decision} on ${told.entryId}`, told.state, this.model.items.get(told.entryId)?.told.get(told.decision));
      this.model.hear(told.entryId, told.decision);
    } else if (told.type === 'recalled') this.model.recall(told.payoutIds);
    else {
      same(`clearance of ${told.runId}`, told.type, this.model.runs.get(told.runId)?.clearance);
      this.model[told.type](told.runId);
    }
  }

  /** One thing arrives before the others; often what was earned or taken back before what was decided about it. */
  protected reorder(a: number, b: number): void {
    const accruals = this.queue.flatMap((told, index) => (told.type === 'accrued' ? [index] : []));
    const index = b % 3 > 0 && accruals.length > 0 ? pick(accruals, a) : a % Math.max(1, this.queue.length);
    for (const told of this.queue.splice(index, 1)) this.deliver(told);
  }

  protected redeliver(a: number): void {
    if (this.heard.length === 0) return;
    const told = pick(this.heard, a);
    if (told.type === 'sealed') this.approvals.sealed(told);
    else this.payouts.hear(told);
  }
  private inPayout = (id: string): boolean => (this.model.items.get(id)?.payout ?? null) !== null;
}
