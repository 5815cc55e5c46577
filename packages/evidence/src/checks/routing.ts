import type { Archived } from '../format.js';
import { canonicalHash } from '../hashing.js';
import { policyKey, type Story } from '../story.js';
import { clearlyBefore } from './context.js';

type Decision = NonNullable<ReturnType<Story['decisions']['get']>>[number];
type Entry = NonNullable<ReturnType<Story['entries']['get']>>['event']['data'];

/** A routing table is its rows, which another person than their author accepted. */
export function flawsOfPolicy({ event: { data } }: Archived<'approvals.routing-policy.accepted.v1'>): string[] {
  const flaws: string[] = [];
  if (canonicalHash(data.rows) !== data.documentHash) flaws.push('has other rows than its hash says');
  if (data.acceptedBy === data.authorId) flaws.push(`${data.authorId} wrote the routing table and accepted it`);
  return flaws;
}

/** What an approval needed, by the row that routed it, and whether those who gave it were so many, and different persons. */
export function flawsOfRouting(story: Story, { event: { data, type } }: Decision, entry: Entry): string[] {
  if (type !== 'approvals.commission.approved.v1') return [];
  const { routing, stages = [] } = data;
  const persons = stages.flatMap(({ decidedBy, onBehalfOf }) => [decidedBy, onBehalfOf]).filter((person) => person !== undefined);
  const flaws: string[] = [];
  if (new Set(persons).size !== persons.length) flaws.push('one person approved two of its stages');
  if (stages.length > 0 && stages.at(-1)?.decidedBy !== data.decidedBy) flaws.push(`${data.decidedBy} did not approve its last stage`);
  if (!routing?.policyVersion) return flaws;
  const policy = story.policies.get(policyKey(data.brandId, routing.policyVersion))?.event.data;
  const row = policy?.rows.find(({ name }) => name === routing.row);
  if (!policy || !row) return [...flaws, `no row ${routing.row} in version ${routing.policyVersion} of the routing table`];
  if (clearlyBefore(data.decidedAt, policy.acceptedAt)) flaws.push('was routed by a table that nobody had accepted yet');
  // Money that goes back needs nobody, and a correction shares the fate of what it corrects.
  if (entry.amount <= 0 || entry.adjusts !== null) return flaws;
  if (data.automatic && row.outcome !== 'auto') flaws.push(`approved itself, and row ${row.name} asks for ${row.outcome}`);
  const both = row.outcome === 'manager-and-finance' && !data.automatic;
  if (both && stages.map(({ stage }) => stage).join() !== 'manager,finance') flaws.push(`row ${row.name} asks for a manager and finance`);
  return flaws;
}
