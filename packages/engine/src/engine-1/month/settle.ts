import type { Period } from '@tributary/calendar';
import { type Rational, toExactText, toFraction, zero } from '@tributary/money';
import { offsetAgainst, shownWriteOffs, type WrittenOff, writeOff } from './carry.js';
import { sumOf } from './lots.js';
import type { Moved } from './quarantine.js';
import type { RatedMonth } from './revshare.js';
import type { CarryStatement, ComponentMonth, ComponentState, Lot, QuarantineStatement, RecoupStatement } from './types.js';

/** Months of commission that a state remembers: what a cap can ask for. */
const monthsRemembered = 12;

/** Advances meet the commission: it is payable only beyond what is still to recoup, and the balance carries. */
export function recoup(rated: RatedMonth, earnings: ReadonlyMap<string, bigint>): { payable: bigint; recoup: RecoupStatement | null } {
  const { recoups } = rated.component;
  const opening = BigInt(rated.opening.toRecoup);
  if (recoups.length === 0 && opening === 0n) return { payable: rated.rounded, recoup: null };
  const advances = recoups.reduce((sum, name) => sum + (earnings.get(name) ?? 0n), 0n);
  const balance = opening + advances;
  // Below zero when an advance was taken back after it had been recouped: then that much becomes payable again.
  const recouped = rated.rounded < balance ? rated.rounded : balance;
  return {
    payable: rated.rounded - recouped,
    recoup: {
      of: recoups,
      opening: `${opening}`,
      advances: `${advances}`,
      recouped: `${recouped}`,
      closing: `${balance - recouped}`,
    },
  };
}

export interface Settled {
  month: ComponentMonth;
  state: ComponentState;
  /** What it took from the deal's other earnings. */
  offset: bigint;
}

/** What is left of a deficit at the end of the month, by the policy: against other earnings, written off, carried. */
export function settle(rated: RatedMonth, { payable, recoup: advances }: ReturnType<typeof recoup>, pool: bigint, period: Period): Settled {
  const { component, carryover, worth, unit, opening } = rated;
  const takes = carryover.policy === 'none' || carryover.policy === 'account';
  const { left, offset, amount } = takes ? offsetAgainst(rated.lots, pool, worth) : { left: rated.lots, offset: 0n, amount: zero };
  const ended = endOfMonth(rated, left, period);
  const entitlement = payable - offset;
  const writtenOff = [...rated.writtenOff, ...ended.writtenOff];
  const state: ComponentState = {
    unit,
    carry: ended.left,
    quarantine: rated.quarantine.lots,
    toRecoup: advances?.closing ?? '0',
    history: [...opening.history, { period, commission: `${rated.rounded}` }].slice(-monthsRemembered),
  };
  return {
    offset,
    state,
    month: {
      component: component.name,
      dealVersion: rated.dealVersion,
      rounding: component.rounding,
      entitlement,
      statement: {
        component: component.name,
        model: 'revshare',
        dealVersion: rated.dealVersion,
        waterfalls: rated.revenue.map(({ shown }) => shown),
        gross: toExactText(rated.gross),
        net: toExactText(rated.net),
        customers: rated.customers,
        base: toExactText(rated.base),
        carry: carryStatement(rated, amount, writtenOff, ended.left),
        quarantine: quarantineStatement(rated),
        recoup: advances,
        unconverted: rated.revenue.flatMap(({ unconverted }) =>
          unconverted.map(({ currency, date, gross }) => ({ currency, date, gross })),
        ),
        steps: [
          ...rated.steps,
          ...(advances === null ? [] : [{ step: 'recouped', formula: `${rated.rounded} - ${advances.recouped}`, value: `${payable}` }]),
          ...(offset === 0n ? [] : [{ step: 'offset-against-other-earnings', formula: `${payable} - ${offset}`, value: `${entitlement}` }]),
        ],
        exact: toFraction(rated.exact),
        rounding: { mode: component.rounding, place: 'the share of the month' },
        offsetOthers: `${offset}`,
        entitlement: `${entitlement}`,
      },
    },
  };
}

function endOfMonth(rated: RatedMonth, lots: readonly Lot[], period: Period): { left: Lot[]; writtenOff: WrittenOff[] } {
  const { carryover, opening, worth } = rated;
  if (carryover.policy === 'ring-fence') return { left: [], writtenOff: lots.map((one) => ({ ...one, reason: 'ring-fence' })) };
  if (carryover.policy === 'none') return { left: [], writtenOff: lots.map((one) => ({ ...one, reason: 'not-carried' })) };
  return writeOff(lots, carryover, period, opening.history, worth);
}

const carryStatement = (
  rated: RatedMonth,
  offset: Rational,
  writtenOff: readonly WrittenOff[],
  closing: readonly Lot[],
): CarryStatement => ({
  policy: rated.carryover.policy,
  unit: rated.unit,
  opening: toExactText(sumOf(rated.opening.carry)),
  used: toExactText(rated.used),
  added: toExactText(rated.added),
  offset: toExactText(offset),
  writtenOff: shownWriteOffs(writtenOff),
  closing: toExactText(sumOf(closing)),
});

function quarantineStatement({ carryover, opening, quarantine }: RatedMonth): QuarantineStatement | null {
  if (carryover.highRoller === undefined && opening.quarantine.length === 0) return null;
  const shown = (moved: Moved['moved']) => moved.map(({ customerId, amount }) => ({ customerId, amount: toExactText(amount) }));
  return {
    opening: toExactText(sumOf(opening.quarantine)),
    used: shown(quarantine.used),
    added: shown(quarantine.added),
    lapsed: toExactText(sumOf(quarantine.lapsed)),
    closing: toExactText(sumOf(quarantine.lots)),
  };
}
