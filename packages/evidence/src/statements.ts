import { canonicalJson, type DataOf } from '@tributary/contracts';
import { type ComponentStatement, type MonthInput, withDefaults } from '@tributary/engine';
import { monthBehind } from './behind.js';
import type { Archived } from './format.js';
import { canonicalHash, sha256Hex } from './hashing.js';
import type { Story } from './story.js';

type Statement = DataOf<'commission.statement.issued.v1'>;
type Entry = Archived<'commission.entry.accrued.v1'>['event'];

/** A component of a month as its statement tells it: figures of money as numbers, the clause of a waterfall by its hash. */
export function sectionAsTold(section: ComponentStatement, { versions }: MonthInput): unknown {
  const clauseOf = (version: number): string | undefined => {
    const terms = versions.find((one) => one.version === version)?.terms;
    return terms && withDefaults(terms).components.find(({ name }) => name === section.component)?.waterfall?.clause;
  };
  return {
    ...section,
    waterfalls: section.waterfalls.map(({ waterfall, version, ...rest }) => {
      const clause = clauseOf(version);
      return { ...rest, version, waterfall: waterfall && { ...waterfall, clauseHash: clause === undefined ? null : sha256Hex(clause) } };
    }),
    offsetOthers: Number(section.offsetOthers),
    entitlement: Number(section.entitlement),
  };
}

/** The revision of its statement that an entry was posted with; undefined when none says what its explanation does. */
export function statementBehind(story: Story, entry: Entry): Archived<'commission.statement.issued.v1'> | undefined {
  const month = monthBehind(entry);
  if (month === null) return undefined;
  const { inputs } = month.fold;
  const { partnerId, brandId, dealId, period, currency } = inputs;
  const dealVersions = inputs.versions.map(({ version }) => version);
  const section = month.statement && sectionAsTold(month.statement, inputs);
  const expected = canonicalJson({ partnerId, brandId, dealId, period, currency, dealVersions, section });
  return (story.statements.get(entry.data.statementId ?? '') ?? []).find(({ event: { data } }) => {
    const told = data.components.find(({ component }) => component === month.component) ?? null;
    return canonicalJson(named(data, told)) === expected;
  });
}

const named = ({ partnerId, brandId, dealId, period, currency, dealVersions }: Statement, section: unknown) => ({
  partnerId,
  brandId,
  dealId,
  period,
  currency,
  dealVersions,
  section,
});

/** What of a statement does not hold by itself, in words. */
export function flawsOfStatement({ issuedAt: _, hash, ...content }: Statement): string[] {
  const flaws: string[] = [];
  if (canonicalHash(content) !== hash) flaws.push('its hash is not the hash of its content');
  const sum = content.components.reduce((total, { entitlement }) => total + BigInt(entitlement), 0n);
  if (sum !== BigInt(content.total)) flaws.push(`its components sum to ${sum}, and it says ${content.total}`);
  return flaws;
}
