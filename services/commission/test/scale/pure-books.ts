import { type FoldResult, foldMonth, type MonthFact, type MonthState, noState } from '@tributary/engine';
import { add, parseFraction, type Rational, round, zero } from '@tributary/money';
import { dealIdOf, everyDeal, type Setting } from './pure-setting.js';
import { dealKind, type Size, type Told } from './story.js';

/** What a revenue share adds up of its open month. */
interface Sums {
  partner: number;
  brand: number;
  events: number;
  gross: number;
  bonus: number;
  /** What its deposits earned. */
  main: bigint;
}

/** What everybody has earned so far, and the sums of the open month: totals only, no lines. */
export class Books {
  readonly nets = new Map<string, bigint>();
  readonly statements = new Map<string, bigint>();
  private readonly running = new Map<string, Rational>();
  private readonly openings = new Map<string, MonthState>();
  private sums = new Map<string, Sums>();

  constructor(
    private readonly size: Size,
    private readonly setting: Setting,
  ) {}

  beginMonth(): void {
    const shares = everyDeal(this.size).filter(([partner, brand]) => dealKind(partner, brand) === 4);
    this.sums = new Map(
      shares.map(([partner, brand]) => [dealIdOf(partner, brand), { partner, brand, events: 0, gross: 0, bonus: 0, main: 0n }]),
    );
  }

  book(told: Told, { scopes }: FoldResult): void {
    for (const scope of scopes) {
      if (scope.type === 'running') {
        const key = `${scope.partnerId} ${scope.scope}`;
        this.running.set(key, add(this.running.get(key) ?? zero, parseFraction(scope.exact)));
        continue;
      }
      this.pay(scope.partnerId, scope.entitlement);
      const sums = this.sums.get(scope.dealId);
      if (sums && told.kind === 'deposit') sums.main += scope.entitlement;
    }
  }

  addUp({ kind, partner, brand, amount, quantity }: Told): void {
    const sums = this.sums.get(dealIdOf(partner, brand));
    if (sums === undefined || kind !== 'player-activity') return;
    sums.events += 1;
    sums.gross += amount ?? 0;
    sums.bonus += quantity;
  }

  endMonth(period: string): void {
    for (const [dealId, sums] of this.sums) {
      const month = this.fold(dealId, sums, period);
      this.openings.set(dealId, month.closing);
      const total = month.components.reduce((all, { entitlement }) => all + entitlement, 0n);
      this.statements.set(`${dealId} ${period}`, total);
      this.pay(this.setting.place.partnerIds[sums.partner] ?? '', total);
    }
  }

  /** Running sums are rounded once, at the end. */
  settle(): void {
    for (const [key, exact] of this.running) this.pay(key.split(' ')[0] ?? '', round(exact));
  }

  private pay(partnerId: string, amount: bigint): void {
    this.nets.set(partnerId, (this.nets.get(partnerId) ?? 0n) + amount);
  }

  private fold(dealId: string, { partner, brand, events, gross, bonus, main }: Sums, period: string) {
    const { partnerIds, brandIds } = this.setting.place;
    const inForce = this.setting.versions(partner, brand).findLast(({ effectiveFrom }) => effectiveFrom < `${period}-02`);
    if (inForce === undefined) throw new Error(`no version of ${dealId} in ${period}`);
    const { version, terms } = inForce;
    const fact: MonthFact = {
      ...{ version, on: 'player-activity', customerId: null, currency: 'EUR', date: null, customers: 0, turnover: '0', quantity: '0' },
      ...{ events, gross: `${gross}`, deductions: { bonus: `${bonus}` } },
    };
    return foldMonth({
      ...{ dealId, partnerId: partnerIds[partner] ?? '', brandId: brandIds[brand] ?? '', period, currency: 'EUR', facts: [fact] },
      versions: [{ version, from: `${period}-01T00:00:00.000Z`, to: `${period}-28T00:00:00.000Z`, terms }],
      otherEarnings: { main: `${main}` },
      opening: this.openings.get(dealId) ?? noState,
    });
  }
}
