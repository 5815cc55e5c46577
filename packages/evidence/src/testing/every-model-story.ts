import { type DataOf, type EventOf, newId } from '@tributary/contracts';
import {
  type Circumstances,
  type ComponentStatement,
  circumstancesAt,
  type FoldInput,
  type FxRate,
  foldMonth,
  type MonthFact,
  type NetworkVerdict,
  noState,
  type PartnerProfile,
  rateOn,
  type StreamPlace,
} from '@tributary/engine';
import { convert } from '@tributary/money';
import { canonicalHash } from '../hashing.js';
import { sectionAsTold } from '../statements.js';
import { masterTerms, ownTerms, splitTerms } from './every-model-terms.js';
import { at } from './story-writer.js';
import { type Deal, type GoldenStory, Teller, toConversion } from './teller.js';

type Told = EventOf<'tracking.conversion.recorded.v1'>;

/**
 * A payout of a partner who stands between two others, with a line of every kind: two sales on a retroactive scale (+1000, +4000, and
 * +1000 once the second has lifted the first), a deposit of dollars by a tag's rate (+1380) out of which the partner above is funded
 * (-138), a share of the lead of the partner below (+400) and an override on it (+60), a month of revenue (+2100) and an adjustment (+50).
 * `plays`: of how many events in euros the month is.
 */
export const everyModelStory = ({ plays = 1 }: { plays?: number } = {}): GoldenStory => new ModelTeller().tell(plays);

class ModelTeller extends Teller {
  private readonly above = newId('partner');
  private readonly below = newId('partner');
  private readonly customerId = newId('customer');
  private readonly rates: FxRate[] = [];
  private readonly verdicts: NetworkVerdict[] = [];
  private readonly profiles = new Map<string, PartnerProfile>();

  tell(plays: number): GoldenStory {
    this.introduce();
    const own = this.agree(this.ids.partnerId, ownTerms);
    const master = this.agree(this.above, masterTerms);
    const shared = this.agree(this.below, splitTerms(this.below, this.ids.partnerId));
    return this.told([
      ...this.tiered(own, master),
      ...this.funding(own, master),
      ...this.shared(own, shared, master),
      this.month(own, plays),
      this.adjust(50),
    ]);
  }

  /** The brand, the three partners, the customer and where he came from, and the rate of a day. */
  private introduce(): void {
    const { brandId, programId, partnerId } = this.ids;
    const policy = { attributionWindowDays: 30, holdDays: 0, autoApproveUpTo: 1000, financeThreshold: 100_000, minimumPayout: 0 };
    const place = { currency: 'EUR', timeZone: 'UTC', status: 'active' as const, defaultProgramId: programId, programIds: [programId] };
    const brand = { brandId, name: 'Acme', slug: 'acme', ...place, policy, changedAt: at(1) };
    this.write('directory.brand.changed.v1', brandId, at(1), brand);
    this.partner(this.above, null, []);
    this.partner(partnerId, this.above, ['gold']);
    this.partner(this.below, partnerId, []);
    const customer = { customerId: this.customerId, brandId, partnerId, country: 'MT', kycVerifiedAt: at(1), excludedFrom: null };
    const told = { ...customer, tags: [], assignments: [], changedAt: at(1) };
    this.write('tracking.customer.changed.v1', this.customerId, at(1), told);
    const seen = {
      signalId: newId('riskSignal'),
      subjectId: this.customerId,
      network: 'residential' as const,
      country: 'MT',
      seenAt: at(1),
    };
    this.verdicts.push({ ...seen, verdict: 1 });
    this.write('approvals.network-verdict.recorded.v1', this.customerId, at(1), { ...seen, brandId, verdict: 1, recordedAt: at(1) });
    const rate = { base: 'USD', date: '2026-03-03', source: 'bank', recordedAt: at(3, 8) };
    this.rates.push({ ...rate, quote: 'EUR', rate: '0.92' });
    const quoted = { ...rate, rates: [{ quote: 'EUR', rate: '0.92', counts: true }] };
    this.write('commission.fx-rate.recorded.v1', 'USD/2026-03-03/bank', at(3, 8), quoted);
  }

  private partner(partnerId: string, parentId: string | null, tags: readonly string[]): void {
    const since = { effectiveFrom: at(1), recordedAt: at(1) };
    const spans = tags.map((tag) => ({ tag, effectiveFrom: at(1), effectiveTo: null }));
    const parents = parentId === null ? [] : [{ parentId, ...since }];
    const standing = { type: 'affiliate', country: 'MT', status: 'active', riskLevel: 'low', contactCommitment: 'c'.repeat(64) } as const;
    const data = { partnerId, ...standing, parentId, tags: spans, tiers: [{ tier: 'senior', ...since }], parents, changedAt: at(1) };
    this.write('directory.partner.changed.v1', partnerId, at(1), data);
    const tiers = data.tiers.map(({ tier, ...rest }) => ({ value: tier, ...rest }));
    this.profiles.set(partnerId, { partnerId, tags: spans, tiers, parents: parents.map(({ parentId: value }) => ({ value, ...since })) });
  }

  private known({ data }: Told): Partial<FoldInput> {
    const { customerId } = data;
    const customer = customerId && { customerId, tags: [], country: 'MT', verifiedAt: at(1), excludedFrom: null };
    const world = {
      partners: this.profiles,
      customer: customer || null,
      facts: [],
      touches: [],
      rates: this.rates,
      networks: this.verdicts,
    };
    const circumstances: Circumstances = circumstancesAt(toConversion(data), world);
    return { timeZone: 'UTC', circumstances };
  }

  /** The second sale lifts both to the next rate. */
  private tiered(own: Deal, master: Deal) {
    const place = (before: string, reached: string): StreamPlace => ({
      before: [before],
      reached: [reached],
      room: [],
      sumBefore: '0',
      bandBefore: null,
    });
    const post = (sale: Told, where: StreamPlace, reason: 'accrual' | 're-rating') => {
      const streamed = { [`${sale.data.conversionId}/${own.dealId}/sale/EUR`]: where };
      const cause = reason === 'accrual' ? sale : null;
      return this.post(sale, { deals: [own, master], known: { ...this.known(sale), streamed }, reason, cause });
    };
    const first = this.convert({ kind: 'sale', amount: 10_000, day: 2, clicked: true });
    const entries = post(first, place('0', '1'), 'accrual');
    const second = this.convert({ kind: 'sale', amount: 20_000, day: 4 });
    entries.push(...post(second, place('1', '2'), 'accrual'), ...post(first, place('0', '2'), 're-rating'));
    for (const sale of [first, second]) this.rated(sale, 'commission');
    return entries;
  }

  /** A deposit in dollars at the rate of its day, by the rate of a tag; the partner above takes its share out of it. */
  private funding(own: Deal, master: Deal) {
    const deposit = this.convert({ kind: 'deposit', amount: 10_000, currency: 'USD', day: 3, customerId: this.customerId });
    this.rated(deposit, 'commission');
    return this.post(deposit, { deals: [own, master], known: this.known(deposit), reason: 'accrual', cause: deposit });
  }

  /** A lead of the partner below: shared by its terms, and an override on what it earned itself. */
  private shared(own: Deal, shared: Deal, master: Deal) {
    const lead = this.convert({ kind: 'lead', amount: null, day: 5, partnerId: this.below });
    this.rated(lead, 'commission');
    return this.post(lead, { deals: [shared, own, master], known: this.known(lead), reason: 'accrual', cause: lead });
  }

  /** Play in euros and in dollars: the month's statement and the entry posted with it. */
  private month(own: Deal, plays: number) {
    const play = (day: number, currency: string, gross: number, tax: number) =>
      this.convert({
        kind: 'player-activity',
        amount: 0,
        currency,
        day,
        customerId: this.customerId,
        details: { grossRevenue: gross, turnover: 50_000, deductions: { 'gaming-tax': tax } },
      });
    const euros = Array.from({ length: plays }, (_, index) => (index === 0 ? play(3, 'EUR', 6000, 1000) : play(4, 'EUR', 0, 0)));
    for (const one of [...euros, play(3, 'USD', 2500, 326)]) this.rated(one, 'zero-commission');
    const fact = { version: 1, on: 'player-activity', customerId: null, events: 1, customers: 1, turnover: '50000', quantity: '0' };
    const facts: MonthFact[] = [
      {
        ...fact,
        events: plays,
        turnover: `${plays * 50_000}`,
        currency: 'EUR',
        date: null,
        gross: '6000',
        deductions: { 'gaming-tax': '1000' },
      },
      { ...fact, currency: 'USD', date: '2026-03-03', gross: '2500', deductions: { 'gaming-tax': '326' } },
    ];
    const { partnerId, brandId } = this.ids;
    const { dealId, terms } = own;
    const place = { dealId, partnerId, brandId, period: '2026-03', currency: 'EUR' };
    const versions = [{ version: 1, from: '2026-03-01T12:00:00.000Z', to: '2026-04-01T00:00:00.000Z', terms }] as never;
    const input = { ...place, versions, facts, otherEarnings: {}, opening: noState };
    const { explanation, components } = foldMonth(input, (from, to, date) => {
      const found = rateOn(this.rates, from, to, date);
      return found && convert(1n, from, to, found.rate);
    });
    const statement = components[0]?.statement as ComponentStatement;
    const { statements: _statements, closing: _closing, ...fold } = explanation;
    const statementId = this.issue(place, sectionAsTold(statement, explanation.inputs), Number(statement.entitlement));
    return this.enter({
      scope: ['month', dealId, 'play', '2026-03', 'EUR'].join('/'),
      dealId,
      dealVersion: 1,
      conversionId: null,
      causeConversionId: null,
      statementId,
      component: 'play',
      amount: Number(statement.entitlement),
      reason: 'statement',
      explanation: {
        fold: null,
        withdrawn: null,
        running: null,
        month: { component: 'play', fold, statement },
        entitlement: statement.entitlement,
        postedBefore: '0',
        amount: statement.entitlement,
      },
    });
  }

  private issue(
    place: { dealId: string; partnerId: string; brandId: string; period: string; currency: string },
    section: unknown,
    total: number,
  ) {
    const statementId = newId('statement');
    const { programId } = this.ids;
    const content = { statementId, revision: 1, ...place, programId, dealVersions: [1], components: [section], total };
    const data = { ...content, issuedAt: at(7), hash: canonicalHash(content) } as DataOf<'commission.statement.issued.v1'>;
    this.write('commission.statement.issued.v1', statementId, at(7), data);
    return statementId;
  }
}
