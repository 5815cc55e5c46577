import { hash } from 'node:crypto';
import { canonicalJson, type StatementContent } from '@tributary/contracts';
import { type ComponentStatement, type MonthExplanation, type VersionWaterfall, withDefaults } from '@tributary/engine';
import { toWireAmount } from '@tributary/money';

/** Which statement it is. */
export interface StatementName {
  statementId: string;
  revision: number;
  programId: string;
}

/** A statement as it is told and hashed, out of the fold of its month. */
export function contentOf({ statementId, revision, programId }: StatementName, { inputs, statements }: MonthExplanation): StatementContent {
  const { partnerId, brandId, dealId, period, currency, versions } = inputs;
  return {
    statementId,
    revision,
    partnerId,
    brandId,
    programId,
    dealId,
    dealVersions: versions.map(({ version }) => version),
    period,
    currency,
    components: statements.map((section) => sectionOf(section, inputs)),
    total: toWireAmount(totalOf(statements)),
  };
}

export const totalOf = (statements: readonly ComponentStatement[]): bigint =>
  statements.reduce((sum, { entitlement }) => sum + BigInt(entitlement), 0n);

export const hashOf = (content: StatementContent): string => sha256(canonicalJson(content));

const sha256 = (text: string): string => hash('sha256', text);

function sectionOf(section: ComponentStatement, inputs: MonthExplanation['inputs']): StatementContent['components'][number] {
  const { carry, quarantine, recoup } = section;
  return {
    ...section,
    waterfalls: section.waterfalls.map((one) => waterfallOf(one, section.component, inputs)),
    carry: carry && { ...carry, writtenOff: [...carry.writtenOff] },
    quarantine: quarantine && { ...quarantine, used: [...quarantine.used], added: [...quarantine.added] },
    recoup: recoup && { ...recoup, of: [...recoup.of] },
    unconverted: [...section.unconverted],
    steps: [...section.steps],
    offsetOthers: toWireAmount(BigInt(section.offsetOthers)),
    entitlement: toWireAmount(BigInt(section.entitlement)),
  };
}

/** The clause that the contract has for the waterfall goes into the statement by its hash. */
function waterfallOf(
  { waterfall, lines, ...one }: VersionWaterfall,
  component: string,
  { versions }: MonthExplanation['inputs'],
): StatementContent['components'][number]['waterfalls'][number] {
  const terms = versions.find(({ version }) => version === one.version)?.terms;
  const clause = terms && withDefaults(terms).components.find(({ name }) => name === component)?.waterfall?.clause;
  return { ...one, lines: [...lines], waterfall: waterfall && { ...waterfall, clauseHash: clause === undefined ? null : sha256(clause) } };
}
