import type { Approval, Decider, RiskHit, Standing, Verdict } from '../../services/approvals/src/review/domain/approval.js';
import type { RoutingRow } from '../../services/approvals/src/shared/routing/domain/table.js';
import type { Domain } from './domain.js';

export interface Accrued {
  id: string;
  partnerId: string;
  currency: string;
  amount: bigint;
  adjusts: string | null;
  conversionId: string;
  maker: string;
  occurredAt: Date;
  maturesAt: Date;
}
export type Told =
  | { to: 'payouts'; type: 'accrued'; entry: Accrued }
  | {
      to: 'payouts';
      type: 'decided';
      entryId: string;
      decision: number;
      state: 'approved' | 'held' | 'rejected';
      amount: bigint;
      partnerId: string;
      currency: string;
      at: Date;
    }
  | { to: 'payouts'; type: 'cleared'; runId: string; contentHash: string }
  | { to: 'payouts'; type: 'refused'; runId: string; contentHash: string }
  | { to: 'payouts'; type: 'recalled'; runId: string; payoutIds: string[] }
  | { to: 'approvals'; type: 'sealed'; runId: string; contentHash: string; payouts: Claimed[] };
export interface Claimed {
  payoutId: string;
  partnerId: string;
  amount: bigint;
  charges: bigint;
  lines: { entryId: string; amount: bigint }[];
}

interface Hit extends RiskHit {
  conversionId: string;
  /** The approvals that it held. */
  held: Set<string>;
}

const above = (size: number) => ({ combinator: 'and' as const, rules: [{ field: 'size', operator: '>' as const, value: size }] });
const row = (name: string, size: number, outcome: RoutingRow['outcome']): RoutingRow => ({ name, outcome, when: above(size) });
/** The rows by which commissions are routed; a currency other than the brand's goes to finance whatever they say. */
export const routingTable = {
  policyVersion: 1,
  rows: [
    row('large', 60_000, 'manager-and-finance'),
    row('notable', 40_000, 'finance'),
    row('medium', 20_000, 'manager'),
    { name: 'rest', outcome: 'auto' as const },
  ],
};

/** What the service's SQL does around the functions of approvals, as plain maps: rows, locks and constraints are shown on PostgreSQL. */
export class ApprovalsShell {
  readonly approvals = new Map<string, Approval>();
  readonly hits: Hit[] = [];
  private readonly log = new Map<string, { status: string; by: string }[]>();
  private readonly cleared = new Map<string, Claimed[]>();
  private readonly judged = new Set<string>();

  constructor(
    private readonly domain: Domain,
    private readonly tell: (told: Told) => void,
    private readonly now: () => Date,
    private readonly suspended: ReadonlySet<string>,
  ) {}

  accrued(entry: Accrued): void {
    if (this.approvals.has(entry.id)) return;
    const { domain } = this;
    const partner = { status: this.suspended.has(entry.partnerId) ? 'suspended' : 'active', riskLevel: 'low', tags: [] };
    const facts = domain.factsOf(
      { ...entry, component: 'sale', byHand: false },
      { brandId: 'b', brandCurrency: 'EUR', partner, flags: {} },
    );
    const { outcome } = domain.route(routingTable, facts, '');
    const needs = outcome === 'auto' ? 'nobody' : outcome;
    const approval: Approval = {
      ...entry,
      entryId: entry.id,
      brandId: 'b',
      dealId: 'd',
      status: 'waiting',
      needs,
      route: '',
      routing: null,
      riskLevel: 'low',
      makerId: entry.maker,
      followsEntryId: entry.amount < 0n || needs === 'nobody' ? entry.adjusts : null,
      decidedBy: null,
      reason: null,
      createdAt: this.now(),
      decidedAt: null,
      decisions: 0,
      dueAt: null,
      escalatedAt: null,
    };
    const hits = domain.hitsOn(entry, this.standingHits(entry.conversionId));
    const original = approval.followsEntryId === null ? undefined : this.approvals.get(approval.followsEntryId);
    const final = domain.enter(approval, original, hits, this.now());
    if (final.status === 'held') for (const hit of hits) this.hits.find(({ id }) => id === hit.id)?.held.add(entry.id);
    this.keep(final, final.decisions > 0);
  }

  decide(entryId: string, verdict: Verdict, decider: Decider, reason: string | null, seen?: string): string {
    const approval = this.approvals.get(entryId);
    if (!approval) return 'not-found';
    const hits = this.hits.filter(({ held }) => held.has(entryId));
    const answer = this.domain.decide(approval, { verdict, reason, contentHash: seen }, decider, this.now(), hits, this.standing(entryId));
    if ('rejected' in answer) return answer.rejected;
    const followers = [...this.approvals.values()].filter(
      (one) => one.followsEntryId === entryId && (one.status === 'waiting' || one.status === 'held'),
    );
    this.keep(answer.accepted, true);
    for (const one of followers) this.keep(this.domain.follow(one, answer.accepted, this.now()), true);
    return 'ok';
  }

  /** Somebody reports a conversion; a rule that has hit it before changes nothing. */
  hit(conversionId: string, rule: string, reportedBy: string): void {
    if (this.hits.some((hit) => hit.conversionId === conversionId && hit.rule === rule)) return;
    const hit: Hit = { id: `hit${this.hits.length}`, rule, reportedBy, conversionId, held: new Set() };
    this.hits.push(hit);
    const met = [...this.approvals.values()].filter((one) => one.conversionId === conversionId);
    const { held, changed, recalled } = this.domain.strike(met, hit, this.now());
    for (const { entryId } of held) hit.held.add(entryId);
    for (const one of changed) this.keep(one, true);
    for (const [runId, payouts] of this.cleared) {
      const payoutIds = payouts
        .filter(({ lines }) => lines.some((line) => recalled.some(({ entryId }) => entryId === line.entryId)))
        .map(({ payoutId }) => payoutId);
      if (payoutIds.length > 0) this.tell({ to: 'payouts', type: 'recalled', runId, payoutIds });
    }
  }

  sealed({ runId, contentHash, payouts }: Extract<Told, { type: 'sealed' }>): void {
    if (this.judged.has(runId)) return;
    this.judged.add(runId);
    const entries = new Map([...this.approvals].map(([id, { partnerId, amount, status }]) => [id, { partnerId, amount, status }]));
    const partners = new Map(
      payouts.map(({ partnerId }) => [
        partnerId,
        { status: this.suspended.has(partnerId) ? 'suspended' : 'active', riskLevel: 'low' as const },
      ]),
    );
    const check = new this.domain.RunCheck();
    // All of it is of one currency.
    const sealed = payouts.map((payout) => ({ ...payout, currency: 'EUR', exchange: null }));
    check.add(this.domain.findingsOf(sealed, entries, partners));
    check.add({ 'no-entry-twice': repeated(payouts.flatMap(({ lines }) => lines)) });
    const decision = check.decision();
    if (decision.cleared) this.cleared.set(runId, payouts);
    this.tell({ to: 'payouts', type: decision.cleared ? 'cleared' : 'refused', runId, contentHash });
  }

  standing(entryId: string): Standing {
    const log = this.log.get(entryId) ?? [];
    const since = log.findLastIndex(({ status }) => status !== 'approved');
    const passed = log.slice(since + 1).filter(({ by }) => by !== 'automatic');
    return {
      contentHash: `hash of ${entryId}`,
      passed: passed.map(({ by }) => ({ stage: 'manager', decidedBy: by, onBehalfOf: null, decidedAt: '' })),
    };
  }

  private standingHits(conversionId: string) {
    return this.hits
      .filter((hit) => hit.conversionId === conversionId)
      .map((hit) => {
        const met = [...hit.held].flatMap((entryId) => this.approvals.get(entryId) ?? []);
        const partners = [...new Set(met.map(({ partnerId }) => partnerId))];
        const answered = (partner: string) => met.every((one) => one.partnerId !== partner || one.status === 'approved');
        return { ...hit, answeredFor: partners.filter(answered) };
      });
  }

  private keep(approval: Approval, decided: boolean): void {
    const before = this.approvals.get(approval.entryId);
    if (before === approval) return;
    const { taken, ...stored } = approval;
    this.approvals.set(approval.entryId, stored);
    if (!decided || before?.decisions === approval.decisions) return;
    const { entryId, decisions, status, amount, partnerId, currency } = approval;
    const entry = {
      status: taken && status === 'waiting' ? 'approved' : status,
      by: taken?.decidedBy ?? approval.decidedBy ?? 'automatic',
    };
    this.log.set(entryId, [...(this.log.get(entryId) ?? []), entry]);
    if (status !== 'waiting')
      this.tell({
        to: 'payouts',
        type: 'decided',
        entryId,
        decision: decisions,
        state: status,
        amount,
        partnerId,
        currency,
        at: this.now(),
      });
  }
}

/** An entry stands in a run once, and beside what takes it back. The database of approvals counts the same. */
function repeated(lines: readonly { entryId: string; amount: bigint }[]): string[] {
  const keys = lines.map(({ entryId, amount }) => `${entryId} ${amount < 0n}`);
  return lines.filter((_, index) => keys.indexOf(keys[index] ?? '') < index).map(({ entryId }) => entryId);
}
