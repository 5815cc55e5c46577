import { sumOfCharges } from '../../services/payouts/src/ledger/domain/charges.js';
import type { Posting } from '../../services/payouts/src/ledger/domain/posting.js';
import type { Instruction } from '../../services/payouts/src/rails/domain/rail.js';
import { accountOf, type Payout } from './payouts-records.js';
import type { World } from './world.js';

export class Broken extends Error {}

const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one)) ?? 'undefined';
/** @throws when the services and the model say different things. */
export function same(what: string, got: unknown, expected: unknown): void {
  if (got !== expected && plain(got) !== plain(expected)) throw new Broken(`${what}: ${plain(got)}, expected ${plain(expected)}`);
}
function must(law: string, holds: boolean, about?: unknown): void {
  if (!holds) throw new Broken(`${law} ${about === undefined ? '' : plain(about)}`);
}

const mostMoney = 10n ** 15n;
/** Which state may follow which. */
const next: Record<string, readonly string[]> = {
  draft: ['approved', 'failed'],
  approved: ['cleared', 'failed'],
  cleared: ['submitted', 'unknown', 'failed'],
  unknown: ['submitted', 'settled', 'failed'],
  submitted: ['settled', 'failed'],
  settled: ['returned'],
  failed: [],
  returned: [],
};

/** The same of runs: what goes on by itself may have gone several steps between two looks. */
const nextOfRun: Record<string, readonly string[]> = {
  draft: ['sealed', 'cancelled'],
  sealed: ['cleared', 'refused', 'cancelled'],
  cleared: ['submitting', 'refused', 'cancelled'],
  submitting: ['submitted', 'completed', 'refused'],
  submitted: ['completed'],
  completed: [],
  refused: [],
  cancelled: [],
};
const leadsTo = (from: string, to: string): boolean => from === to || (nextOfRun[from] ?? []).some((one) => leadsTo(one, to));

/** The invariants of the money path, held after every command. */
export class Laws {
  private readonly sums = new Map<string, bigint>();
  private readonly keys = new Set<string>();
  private read = 0;
  private moved = 0;
  private readonly out = new Map<string, bigint>();
  private readonly timesOut = new Map<string, number>();
  private readonly runStates = new Map<string, string>();

  constructor(private readonly world: World) {
    world.rail.onTake = (instruction) => this.mayGoOut(instruction);
  }

  check(): void {
    this.journal();
    this.accounts();
    this.entriesAndApprovals();
    this.railRecord();
    for (const payout of this.world.payouts.payouts.values()) this.payout(payout);
    for (const { id, status } of this.world.payouts.runs.values()) {
      must('INV-S1 states of a run follow each other as they may', leadsTo(this.runStates.get(id) ?? 'draft', status), id);
      this.runStates.set(id, status);
    }
    this.oncePaid();
  }

  /** INV-M3 from genesis the balances are what they have become step by step. */
  fromGenesis(): void {
    const { domain, payouts } = this.world;
    const folded = new Map<string, ReturnType<typeof domain.plusLeg>>();
    for (const posting of payouts.journal)
      folded.set(accountOf(posting), posting.legs.reduce(domain.plusLeg, folded.get(accountOf(posting)) ?? domain.noBalance));
    same('INV-M3 balances from genesis', [...folded], [...payouts.balances]);
    for (const terms of payouts.balances.values()) same('INV-M6 the balance equation', domain.imbalance(terms), 0n);
  }

  /** INV-M1 M2 M5 M10 M11 of what was posted since the last look. Nothing posted is ever changed: it is frozen. */
  private journal(): void {
    const { journal } = this.world.payouts;
    must('INV-M5 the journal only grows', journal.length >= this.read);
    for (const posting of journal.slice(this.read)) {
      this.posting(posting);
      for (const { account, amount } of posting.legs) {
        const key = `${accountOf(posting)} ${account}`;
        this.sums.set(key, (this.sums.get(key) ?? 0n) + amount);
      }
      Object.freeze(posting);
      Object.freeze(posting.legs);
    }
    this.read = journal.length;
  }

  private posting(posting: Posting): void {
    const { key, legs, entryId, payoutId, currency, partnerId } = posting;
    must('INV-M1 legs add up to nothing', legs.reduce((sum, { amount }) => sum + amount, 0n) === 0n, posting);
    must('INV-M1 two legs or more, none of nothing', legs.length >= 2 && legs.every(({ amount }) => amount !== 0n), posting);
    must(
      'INV-M10 amounts stay in their bounds',
      legs.every(({ amount }) => amount <= mostMoney && amount >= -mostMoney),
      posting,
    );
    must('INV-E3 a posting is made once', !this.keys.has(key), posting);
    this.keys.add(key);
    const of = payoutId === null ? this.world.accrued.find(({ id }) => id === entryId) : this.world.payouts.payouts.get(payoutId);
    must(
      'INV-M11 a posting is of the currency and partner of what it moves',
      of?.currency === currency && of.partnerId === partnerId,
      posting,
    );
  }

  /** INV-M2 M3 M4 M6: the journal, the stored balances and the model show the same of every account. */
  private accounts(): void {
    const { payouts, model } = this.world;
    const totals = new Map<string, bigint>();
    for (const [key, amount] of this.sums) {
      const [, currency = ''] = key.split(' ');
      totals.set(currency, (totals.get(currency) ?? 0n) + amount);
    }
    for (const [currency, total] of totals) same(`INV-M2 everything in ${currency}`, total, 0n);
    const expected = model.accounts();
    for (const key of new Set([...this.sums.keys(), ...expected.keys()]))
      same(`INV-M6 ${key}`, this.sums.get(key) ?? 0n, expected.get(key) ?? 0n);
    for (const [account, terms] of payouts.balances) {
      const of = (name: string) => this.sums.get(`${account} ${name}`) ?? 0n;
      const shown = [
        terms.pending,
        terms.held,
        terms.approved,
        terms.payable,
        terms.rejected,
        terms.inPayout,
        terms.paid,
        terms.writtenOff,
        terms.fees,
      ];
      const folded = ['pending', 'held', 'approved', 'payable', 'rejected', 'in-payout', 'paid', 'written-off', 'fees'].map(of);
      same(`INV-M3 balance of ${account}`, shown, folded);
      same(`INV-M6 earned by ${account}`, terms.reversed - terms.accrued, of('brand-expense'));
      must('INV-M4 nothing below zero', terms.inPayout >= 0n && terms.paid >= 0n && terms.fees >= 0n && of('rail-clearing') <= 0n, [
        account,
        terms,
      ]);
    }
  }

  private entriesAndApprovals(): void {
    const { payouts, approvals, model } = this.world;
    for (const item of model.items.values()) {
      const entry = payouts.entries.get(item.id);
      if (item.here) same(`bucket of ${item.id}`, [entry?.bucket, entry?.corrected], [model.bucket(item), item.corrected]);
      if (item.entry !== item.id) continue;
      const approval = approvals.approvals.get(item.id);
      same(`approval of ${item.id}`, [approval?.status, approval?.decisions], [item.state, item.decisions]);
    }
    same(
      'entries',
      [...payouts.entries.values()].filter(({ accrued }) => accrued).length,
      [...model.items.values()].filter(({ here }) => here).length,
    );
  }

  /** INV-R1 R2: money goes out at most once for each payout, under its own key. */
  private railRecord(): void {
    const { moved } = this.world.rail;
    for (const { railKey, payoutId, amount } of moved.slice(this.moved)) {
      must('INV-R2 the key is of the payout', railKey === payoutId, railKey);
      this.out.set(payoutId, (this.out.get(payoutId) ?? 0n) + amount);
      if (amount > 0n) this.timesOut.set(payoutId, (this.timesOut.get(payoutId) ?? 0) + 1);
      must('INV-R1 money goes out once', (this.timesOut.get(payoutId) ?? 0) <= 1, payoutId);
    }
    this.moved = moved.length;
  }

  private payout(payout: Payout): void {
    const { id, status, history, lines, amount, charges, runId } = payout;
    const known = this.world.model.payouts.get(id);
    same(`INV-R3 status of ${id}`, status, known?.state);
    same(`status of ${runId}`, this.world.payouts.runs.get(runId)?.status, this.world.model.runs.get(runId)?.state);
    must(
      'INV-P1 a payout has lines, which add up to it',
      lines.length > 0 && lines.reduce((sum, line) => sum + line.amount, sumOfCharges(charges)) === amount,
      payout,
    );
    must('INV-P1 a payout pays', amount > 0n, payout);
    must(
      'INV-S1 INV-R7 states follow each other as they may',
      history.every((state, at) => at === 0 || next[history[at - 1] ?? '']?.includes(state)),
      payout,
    );
    const atRail = this.world.rail.known.get(id)?.state;
    must('INV-R3 settled is what the rail says is settled', status !== 'settled' || atRail === 'settled' || atRail === 'returned', id);
    const gone = this.out.get(id) ?? 0n;
    if (status === 'settled' && atRail === 'settled') same(`INV-R1 money out for ${id}`, gone, amount);
    if (status === 'failed' || status === 'returned' || status === 'draft' || status === 'approved')
      same(`INV-R1 nothing out for ${id}`, gone, 0n);
  }

  /** INV-P1 R6: what is in a payout that has not come to nothing is in no other. */
  private oncePaid(): void {
    const paid = new Set<string>();
    for (const { status, lines } of this.world.payouts.payouts.values()) {
      if (status === 'failed' || status === 'returned') continue;
      for (const { itemId } of lines) {
        must('INV-P1 nothing is paid twice', !paid.has(itemId), itemId);
        paid.add(itemId);
      }
    }
  }

  /** INV-P2 R4 R5 S3: at the moment in which money leaves. */
  private mayGoOut({ payoutId, railKey, amount, behaviour }: Instruction): void {
    const { payouts, model, now, suspended } = this.world;
    const payout = payouts.payouts.get(payoutId);
    const run = payout && payouts.runs.get(payout.runId);
    const method = model.methods.get(payout?.partnerId ?? '')?.find(({ id }) => id === payout?.methodId);
    if (!payout || !run || !method) throw new Broken(`money leaves for nothing: ${payoutId}`);
    must('INV-R2 the key is of the payout', railKey === payoutId && amount === payout.amount, railKey);
    must('INV-R4 it goes where it was sealed to go', behaviour === method.account, payout);
    must('INV-R5 two people or more', new Set([run.builtBy, ...run.passed.map(({ by }) => by)]).size === run.stages.length + 1, run);
    must('INV-R5 three above the threshold', run.passed.length > 1 || (amount <= 60_000n && payout.currency === 'EUR'), run);
    must('INV-R5 just what was cleared', run.clearedHash === run.contentHash, run);
    const tried = model.payouts.get(payoutId)?.tried === true;
    // What is asked for again was allowed to go the first time.
    if (tried) return;
    must('INV-R4 the account is verified and has cooled', method.verified && method.usableFrom <= now, method);
    must('INV-P2 the partner is active', !suspended.has(payout.partnerId), payout);
    for (const { itemId, amount: part } of payout.lines) {
      const item = model.items.get(itemId);
      must(
        'INV-P2 approved, and its holding period over',
        part < 0n || (item !== undefined && item.told.get(item.heard) === 'approved' && item.matures <= now),
        item,
      );
    }
  }
}
