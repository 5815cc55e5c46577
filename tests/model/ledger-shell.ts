import type { Placement } from '../../services/payouts/src/entries/domain/place-entry.js';
import type { BalanceTerms } from '../../services/payouts/src/ledger/domain/balance-terms.js';
import type { Posting } from '../../services/payouts/src/ledger/domain/posting.js';
import type { PayoutStatus, ReportedOutcome } from '../../services/payouts/src/payouts/domain/payout-state.js';
import type { Accrued, Told } from './approvals-shell.js';
import type { Domain } from './domain.js';
import { accountOf, clawback, type Entry, type Fault, type Order, type Payout, unknownEntry } from './payouts-records.js';

/** Entries and the journal of what is done with them. */
export class LedgerShell {
  readonly entries = new Map<string, Entry>();
  readonly journal: Posting[] = [];
  readonly balances = new Map<string, BalanceTerms>();
  private readonly keys = new Set<string>();

  constructor(
    readonly domain: Domain,
    protected readonly now: () => Date,
    protected readonly faults: ReadonlySet<Fault>,
  ) {}

  /** Approved entries whose time has come. */
  mature(): void {
    const due = [...this.entries.values()].filter(
      (entry) => entry.bucket === 'approved' && entry.maturesAt !== null && entry.maturesAt <= this.now(),
    );
    this.reconsider(due.map(({ id }) => id));
  }

  protected isClaimable(entry: Entry, { currency, include }: Order): boolean {
    if (
      this.faults.has('claim-without-guard')
        ? entry.bucket !== 'payable' && entry.bucket !== 'in-payout'
        : entry.bucket !== 'payable' || entry.runId !== null
    )
      return false;
    if ((currency !== null && entry.currency !== currency) || (include !== null && !include.includes(entry.partnerId))) return false;
    if (this.faults.has('pending-reversal-ignored')) return true;
    return ![...this.entries.values()].some(
      (one) => one.adjusts === entry.id && one.accrued && one.amount < 0n && one.bucket === 'pending',
    );
  }

  protected accrued(fact: Accrued): void {
    const known = this.entries.get(fact.id);
    if (known?.accrued) return;
    const { id, partnerId, currency, amount, adjusts, occurredAt, maturesAt } = fact;
    const stored = { id, entryId: id, brandId: 'b', partnerId, currency, amount, adjusts, occurredAt, maturesAt, accrued: true };
    this.entries.set(id, { ...(known ?? unknownEntry(id)), ...stored });
    this.reconsider([id]);
  }

  protected decided({ entryId, decision, state, amount, partnerId, currency, at }: Extract<Told, { type: 'decided' }>): void {
    const known = this.entries.get(entryId) ?? { ...unknownEntry(entryId), amount, partnerId, currency };
    if (known.decision >= decision && !this.faults.has('older-decision-wins')) return;
    this.entries.set(entryId, { ...known, decision, decisionState: state, decidedAt: at });
    this.reconsider([entryId]);
  }

  protected reconsider(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const wanted = new Set(ids.flatMap((id) => [id, this.entries.get(id)?.adjusts ?? id, this.entries.get(id)?.entryId ?? id]));
    const family = new Map<string, Entry>();
    for (const entry of this.entries.values())
      if (wanted.has(entry.id) || wanted.has(entry.adjusts ?? ''))
        family.set(entry.id, { ...entry, clawback, corrections: this.openCorrectionsOf(entry) });
    const accrued = [...family.values()].filter((entry) => entry.accrued);
    const placed = accrued.map((entry) =>
      this.domain.placeEntry(entry, entry.adjusts === null ? undefined : family.get(entry.adjusts), this.now()),
    );
    for (const placement of placed) this.store(placement);
    this.post(placed.flatMap(({ postings }) => postings));
  }

  private openCorrectionsOf({ id, corrected, runId }: Entry): Entry[] {
    if (corrected === 0n || runId !== null) return [];
    const own = [...this.entries.values()].filter((each) => each.entryId === id && each.id !== id);
    return own.filter(({ bucket }) => bucket === 'payable').map((each) => ({ ...each }));
  }

  private store({ entry, to, correction, cancelled = [] }: Placement<Entry>): void {
    const stored = this.entries.get(entry.id);
    if (!stored) return;
    // By what was read of it: another placement of the same moment may have cancelled it out.
    if (entry.bucket !== to) Object.assign(stored, { bucket: to, version: stored.version + 1 });
    for (const { id, amount, version } of cancelled) {
      Object.assign(this.entries.get(id) ?? {}, { bucket: 'rejected', decisionState: 'rejected', version: version + 1 });
      stored.corrected -= amount;
    }
    if (!correction) return;
    const { id, difference, at } = correction;
    stored.corrected += difference;
    const { partnerId, currency, entryId } = entry;
    const made = {
      partnerId,
      currency,
      entryId,
      amount: difference,
      accrued: true,
      occurredAt: at,
      maturesAt: at,
      decision: 1,
      decidedAt: at,
    };
    if (!this.entries.has(id)) this.entries.set(id, { ...unknownEntry(id), ...made, decisionState: 'approved', bucket: 'payable' });
  }

  protected postingsOf({ payout, outcome, before }: { payout: Payout; outcome: ReportedOutcome; before: PayoutStatus }): Posting[] {
    const { domain } = this;
    const now = this.now();
    if (outcome === 'submitted' || outcome === 'unknown') return [domain.handedToRail(payout, now)];
    if (outcome === 'settled') return [domain.handedToRail(payout, now), domain.settlement(payout, now)];
    if (outcome === 'returned') return [domain.returned(payout, now)];
    const back = before === 'submitted' || before === 'unknown' ? [domain.backFromRail(payout, now)] : [];
    return [...back, domain.release(payout, now)];
  }

  protected post(postings: readonly Posting[]): void {
    for (const posting of postings) {
      if (posting.legs.every(({ amount }) => amount === 0n)) continue;
      if (this.keys.has(posting.key) && !this.faults.has('posting-twice')) continue;
      this.keys.add(posting.key);
      this.journal.push(posting);
      const account = accountOf(posting);
      this.balances.set(account, posting.legs.reduce(this.domain.plusLeg, this.balances.get(account) ?? this.domain.noBalance));
    }
  }
}
