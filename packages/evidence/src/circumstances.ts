import { canonicalJson, type DataOf, type EventOf } from '@tributary/contracts';
import { type Circumstances, datedAt, tagsAt } from '@tributary/engine';
import type { ArchivedEvent } from './format.js';
import { foldBehind, type Story } from './story.js';

type Entry = EventOf<'commission.entry.accrued.v1'>;
type PartnerThen = Circumstances['uplines'][number];

/** What an explanation states of somebody, held against what was told of them. */
export interface StatedOf {
  id: string;
  /** In words. */
  what: string;
  /** It states that nothing was known. */
  nothingKnown: boolean;
  /** Everything told, oldest first. */
  told: readonly ArchivedEvent[];
  /** The last snapshot that says the same. */
  agreeing: ArchivedEvent | undefined;
}

/** What the explanation of an entry states of the partners and the customer concerned, as of the time of its conversion. */
export function statedCircumstances(story: Story, entry: Entry): StatedOf[] {
  const { conversion, circumstances } = foldBehind(entry)?.inputs ?? {};
  if (conversion === undefined || circumstances === undefined || conversion.partnerId === null) return [];
  const { partner, uplines, customer } = circumstances;
  const at = conversion.occurredAt;
  const chain = [conversion.partnerId, ...uplines.map(({ partnerId }) => partnerId)];
  const own = statedOf(chain[0] ?? '', `tags [${partner.tags.join(', ')}], tier ${partner.tier}`, story.partners, (data) => {
    const sameTags = canonicalJson(tagsAt(data.tags, at)) === canonicalJson(partner.tags);
    return sameTags && tierAt(data, at) === partner.tier && standsBelow(data, at, uplines[0], chain);
  });
  const above = uplines.map((upline, index) => {
    const next = uplines[index + 1];
    const said = statedOf(upline.partnerId, `tier ${upline.tier}, below ${next?.partnerId ?? 'nobody'}`, story.partners, (data) => {
      return tierAt(data, at) === upline.tier && standsBelow(data, at, next, chain);
    });
    return { ...said, nothingKnown: upline.tier === null && next === undefined };
  });
  const nothing = partner.tags.length === 0 && partner.tier === null && uplines.length === 0;
  const ofCustomer = customer ? [statedCustomer(story, customer, at)] : [];
  return [{ ...own, nothingKnown: nothing }, ...above, ...ofCustomer, ...statedNetwork(story, entry)];
}

/** Of an entry whose terms refuse networks: the verdict that it names, or that there was none. */
function statedNetwork(story: Story, entry: Entry): StatedOf[] {
  const { conversion, circumstances, deal, otherDeals = [] } = foldBehind(entry)?.inputs ?? {};
  if (conversion === undefined) return [];
  const { network } = circumstances ?? {};
  const { conversionId, customerId, brandId, occurredAt } = conversion;
  if (network === undefined) {
    const components = [...(deal ? [deal] : []), ...otherDeals].flatMap(({ terms }) => terms.components);
    const asks = components.some(({ on, qualify }) => on === conversion.kind && (qualify?.refusedNetworks ?? []).length > 0);
    const none = { id: `the network of ${conversionId}`, what: 'no verdict', nothingKnown: true, told: [], agreeing: undefined };
    return asks ? [none] : [];
  }
  const { subjectId, signalId, seenAt } = network;
  const concerns = subjectId === conversionId || (subjectId === customerId && Date.parse(seenAt) <= Date.parse(occurredAt));
  const said = statedOf(subjectId, `came from ${network.network} at ${seenAt}, verdict ${signalId}`, story.verdicts, (data) => {
    const told = [data.signalId, data.brandId, data.network, data.country, Date.parse(data.seenAt)];
    return concerns && canonicalJson(told) === canonicalJson([signalId, brandId, network.network, network.country, Date.parse(seenAt)]);
  });
  return [{ ...said, nothingKnown: false }];
}

function statedCustomer(story: Story, customer: NonNullable<Circumstances['customer']>, at: string): StatedOf {
  const { customerId, tags, country, verifiedAt, excludedFrom } = customer;
  const stated = [country, verifiedAt, excludedFrom];
  const said = statedOf(customerId, `tags [${tags.join(', ')}], ${stated.join(', ')}`, story.customers, (data) => {
    const told = { tags: tagsAt(data.tags, at), stated: [data.country, data.kycVerifiedAt, data.excludedFrom] };
    return canonicalJson(told) === canonicalJson({ tags, stated });
  });
  return { ...said, nothingKnown: tags.length === 0 && stated.every((one) => one === null) };
}

function statedOf<D>(
  id: string,
  what: string,
  all: ReadonlyMap<string, readonly (ArchivedEvent & { event: { data: D } })[]>,
  says: (data: D) => boolean,
): Omit<StatedOf, 'nothingKnown'> {
  const told = all.get(id) ?? [];
  return { id, what, told, agreeing: told.findLast(({ event }) => says(event.data)) };
}

type Profile = DataOf<'directory.partner.changed.v1'>;

const tierAt = ({ tiers = [] }: Profile, at: string): string | null =>
  datedAt(
    tiers.map(({ tier, ...rest }) => ({ value: tier, ...rest })),
    at,
  )?.value ?? null;

/** Whether a partner stood below the next one stated, since then; a chain ends where nobody is above, and where it would close to a ring. */
function standsBelow({ parents = [] }: Profile, at: string, next: PartnerThen | undefined, chain: readonly string[]): boolean {
  const parent = datedAt(
    parents.map(({ parentId, ...rest }) => ({ value: parentId, ...rest })),
    at,
  );
  if (next !== undefined) return parent?.value === next.partnerId && Date.parse(parent.effectiveFrom) === Date.parse(next.since);
  return parent === undefined || parent.value === null || chain.includes(parent.value) || chain.length > deepest;
}

/** Trees are cut off there by the engine. */
const deepest = 50;
