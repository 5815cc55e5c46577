import { DateTime } from 'luxon';
import type { Mapping } from './mapping.js';

export type DateFlaw = 'date-missing' | 'date-unparseable' | 'date-does-not-exist' | 'date-ambiguous';

/**
 * A local time as an instant in UTC. A time that the clocks skip in spring does not exist; one that they show twice in autumn is
 * ambiguous unless the mapping says which of the two is meant.
 */
export function instantOf(text: string, rule: Mapping['event']['occurredAt']): { instant: string } | { flaw: DateFlaw } {
  if (text.trim() === '') return { flaw: 'date-missing' };
  const local = DateTime.fromFormat(text, rule.format, { zone: rule.zone, locale: 'en-GB' });
  if (!local.isValid) return { flaw: 'date-unparseable' };
  // luxon moves a skipped time on; written back, it is no longer what was read
  if (!sameWallClock(local, DateTime.fromFormat(text, rule.format, { zone: 'utc', locale: 'en-GB' })))
    return { flaw: 'date-does-not-exist' };
  const offsets = local.getPossibleOffsets().sort((a, b) => a.toMillis() - b.toMillis());
  if (offsets.length > 1 && rule.whenTwice === 'reject') return { flaw: 'date-ambiguous' };
  const chosen = (rule.whenTwice === 'later' ? offsets.at(-1) : offsets[0]) ?? local;
  return { instant: chosen.toJSDate().toISOString() };
}

const sameWallClock = (a: DateTime, b: DateTime): boolean => a.toFormat('yyyyMMddHHmmssSSS') === b.toFormat('yyyyMMddHHmmssSSS');
