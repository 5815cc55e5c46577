import { dayMs, instantMs, type Period, startOfDay } from '@tributary/calendar';
import { versionInForce } from '../../deal-history.js';
import { isMonthModel, withDefaults } from '../../terms.js';
import type { DealVersion, EventKind, Terms } from '../../types.js';
import type { MonthVersion } from './types.js';

// One month is asked for by very many deals.
const ranges = new Map<string, { from: string; to: string }>();
const rangesKept = 1000;

/** The first instant of a month and of the next one, on a zone's clocks. */
export function monthRange(period: Period, timeZone: string): { from: string; to: string } {
  const key = `${period} ${timeZone}`;
  const range = ranges.get(key) ?? rangeOf(period, timeZone);
  if (ranges.size >= rangesKept) ranges.clear();
  ranges.set(key, range);
  return range;
}

function rangeOf(period: Period, timeZone: string): { from: string; to: string } {
  const [year = 0, month = 1] = period.split('-').map(Number);
  const startOfMonth = (first: number): string => new Date(startOfDay(first / dayMs, timeZone)).toISOString();
  return { from: startOfMonth(Date.UTC(year, month - 1, 1)), to: startOfMonth(Date.UTC(year, month, 1)) };
}

/** The versions of one deal in force between two instants, each with its part, as all recorded versions say. Ended times are left out. */
export function versionsBetween(
  versions: readonly DealVersion[],
  from: string,
  to: string,
): (MonthVersion & { programId: string | null })[] {
  const [start, end] = [instantMs(from), instantMs(to)];
  const changes = versions.filter(({ status }) => status !== 'draft').map(({ effectiveFrom }) => instantMs(effectiveFrom));
  const bounds = [...new Set([start, ...changes.filter((at) => at > start && at < end), end])].sort((a, b) => a - b);
  const parts = bounds.slice(0, -1).flatMap((at, index) => {
    const inForce = versionInForce(versions, new Date(at).toISOString());
    if (inForce === undefined || inForce.status !== 'active') return [];
    const until = new Date(bounds[index + 1] ?? end).toISOString();
    return [{ version: inForce.version, programId: inForce.programId, from: new Date(at).toISOString(), to: until, terms: inForce.terms }];
  });
  return parts.reduce<typeof parts>((merged, part) => {
    const before = merged.at(-1);
    if (before?.version === part.version && before.to === part.from) merged.splice(-1, 1, { ...before, to: part.to });
    else merged.push(part);
    return merged;
  }, []);
}

/** Whether anything in the terms is rated by the month. */
export const hasMonthComponents = (terms: Terms): boolean => withDefaults(terms).components.some(({ model }) => isMonthModel(model));

/** The kinds of events whose sums the month's components ask for, and whether customer by customer. */
export function monthKinds(terms: Terms): { on: EventKind; byCustomer: boolean }[] {
  const kinds = new Map<EventKind, boolean>();
  for (const { on, model, carryover, tiers } of withDefaults(terms).components) {
    if (model !== 'revshare') continue;
    const asks = carryover?.highRoller !== undefined || (tiers?.metrics.some(({ measure }) => measure === 'customers') ?? false);
    kinds.set(on, (kinds.get(on) ?? false) || asks);
  }
  return [...kinds].map(([on, byCustomer]) => ({ on, byCustomer }));
}

/** Whether the month needs to know what the deal's components by the event earned. */
export const asksOtherEarnings = (terms: Terms): boolean =>
  withDefaults(terms).components.some(
    ({ model, carryover, recoups }) =>
      model === 'revshare' && (recoups.length > 0 || carryover?.policy === 'account' || carryover?.policy === 'none'),
  );
