import { type FoldResult, type NetworkKind, payableFrom, type ScopeResult, type Terms, withDefaults } from '../../src/index.js';
import { type Told, type World, world } from '../world.js';
import { type Handler, majorOf, minorOf, type Paid, shownPaid, type Tried, understand } from './read.js';

/** An event as a line of the page tells it. */
interface Telling {
  event: Told & { details: Record<string, unknown> };
  refunded: { amount: bigint; at?: string | undefined }[];
  touchedBy: string[];
  paidOn: string | null;
  /** From what kind of network it came. */
  through: NetworkKind | null;
  /** Each of several events is of a customer of its own. */
  strangers: boolean;
}

const noon = (date: string): string => `${date}T12:00:00.000Z`;
const amount = (text: string): number => Number(minorOf(text));

const heldUntil = /^payable from (\S+)$/;

const clauses: readonly Handler<Telling>[] = [
  [
    /^on (\S+)$/,
    ({ event }, date = '') => {
      event.at = noon(date);
    },
  ],
  [
    /^at (\S+)$/,
    ({ event }, instant = '') => {
      event.at = new Date(instant).toISOString();
    },
  ],
  [
    /^by (\S+)$/,
    ({ event }, partner = '') => {
      event.partnerId = partner;
    },
  ],
  [
    /^each of another customer$/,
    (telling) => {
      telling.strangers = true;
    },
  ],
  [
    /^customer (\S+)$/,
    ({ event }, customer = '') => {
      event.customerId = customer;
    },
  ],
  [
    /^average spread (\S+)$/,
    ({ event }, value) => {
      event.details['averageSpread'] = value;
    },
  ],
  [
    /^(quantity|spread|product|category|licence|country) (\S+)$/,
    ({ event }, name = '', value) => {
      event.details[name] = value;
    },
  ],
  [
    /^metadata (\S+) (\S+)$/,
    ({ event: { details } }, key = '', value) => {
      details['metadata'] = { ...(details['metadata'] ?? {}), [key]: value };
    },
  ],
  [
    /^(turnover|discount) (\S+)$/,
    ({ event }, name = '', value = '') => {
      event.details[name] = amount(value);
    },
  ],
  [/^line (\S+)(?: in (\S+))? of (\S+)$/, ({ event }, sku, category, value = '') => addLine(event.details, sku, category, value)],
  [
    /^touched by (.+)$/,
    (telling, partners = '') => {
      telling.touchedBy = partners.split(' then ');
    },
  ],
  [
    /^refunded (\S+)(?: at (\S+))?$/,
    ({ refunded }, value = '', instant) => {
      refunded.push({ amount: minorOf(value), ...(instant ? { at: new Date(instant).toISOString() } : {}) });
    },
  ],
  [
    /^through (\S+)$/,
    (telling, network = '') => {
      telling.through = network as NetworkKind;
    },
  ],
  [heldUntil, () => {}],
  [
    /^paid out on (\S+)$/,
    (telling, date = '') => {
      telling.paidOn = noon(date);
    },
  ],
];

function addLine(made: Record<string, unknown>, sku: string | undefined, category: string | undefined, value: string): void {
  const lines = (made['lines'] ?? []) as object[];
  made['lines'] = [...lines, { sku, ...(category ? { category } : {}), quantity: 1, amount: amount(value) }];
}

interface Stage {
  told: World;
  /** Partners who have the deal of the example. */
  partners: Set<string>;
}

const givens: readonly Handler<Stage>[] = [
  [/^(\S+) above (\S+)$/, (stage, above = '', below = '') => place(stage, above, below)],
  [/^(\S+) with a deal of (\S+) of a (\S+)$/, (stage, partner = '', rate = '', on = '') => ownDeal(stage, partner, rate, on)],
  [/^(\S+) of tier (\S+)$/, ({ told }, partner = '', tier = '') => told.tier(partner, tier)],
  [
    /^customer (\S+) seen on (\S+) on (\S+)$/,
    ({ told }, id = '', network = '', date = '') => told.network(id, network as NetworkKind, noon(date)),
  ],
  [/^customer (\S+) tagged (\S+)$/, ({ told }, id = '', tag = '') => told.customer(id, { tags: [held(tag)] })],
  [/^customer (\S+) of (\S+)$/, ({ told }, id = '', country = '') => told.customer(id, { country })],
  [/^customer (\S+) verified on (\S+)$/, ({ told }, id = '', date = '') => told.customer(id, { verifiedAt: noon(date) })],
  [/^(\S+) tagged (\S+)$/, ({ told }, partner = '', tag = '') => told.tag(partner, tag)],
  [/^1 (\S+) is (\S+) (\S+) on (\S+)$/, ({ told }, base = '', rate = '', quote = '', date = '') => told.fx(base, quote, date, rate)],
];

const held = (tag: string) => ({ tag, effectiveFrom: '2026-01-01T00:00:00.000Z', effectiveTo: null });

function place({ told, partners }: Stage, above: string, below: string): void {
  told.parent(below, above, noon('2026-01-01'));
  partners.add(above).add(below);
}

function ownDeal({ told, partners }: Stage, partner: string, rate: string, on: string): void {
  told.deal(partner, [{ on, model: 'percentage', rate }]);
  partners.delete(partner);
}

/** What each line of a block comes to when all of them are known: as the page says it, and as the engine does. */
export function eventsTried(terms: Terms, block: readonly Tried[]): { said: string; done: string }[] {
  const stage: Stage = { told: world(), partners: new Set(['a']) };
  const made = block.flatMap((line) => {
    if (line.given === null) return [{ line, ids: tell(stage.told, line) }];
    understand(givens, line.given, stage);
    return [];
  });
  for (const partner of stage.partners) stage.told.deal(partner, terms);
  stage.told.nets(); // computes every explanation again
  const results = new Map(stage.told.results().map((result) => [result.conversionId, result]));
  return made.map(({ line, ids }) => {
    const mine = ids.map((id) => results.get(id) as FoldResult);
    const groups = line.together ? [mine] : mine.map((one) => [one]);
    const done = [...new Set(groups.map((group) => outcomeOf(terms, line.paid, group)))];
    const said = `${line.what}: ${line.paid.map(shownPaid).join(', ')}`;
    return { said: `${said}${heldAsSaid(line)}`, done: `${line.what}: ${done.join(' / ')}${heldAsDone(terms, stage.told, line, ids)}` };
  });
}

/** What the page says of the day from which it may be paid, if it does. */
const heldAsSaid = ({ clauses: said }: Tried): string => {
  const until = said.flatMap((clause) => heldUntil.exec(clause)?.[1] ?? [])[0];
  return until === undefined ? '' : `, payable from ${new Date(until).toISOString()}`;
};

function heldAsDone(terms: Terms, { conversions }: World, line: Tried, ids: readonly string[]): string {
  const earned = conversions.find(({ conversionId }) => conversionId === ids[0]);
  if (heldAsSaid(line) === '' || earned === undefined) return '';
  const normal = withDefaults(terms);
  return `, payable from ${payableFrom(normal, earned.occurredAt, normal.timeZone ?? 'UTC')}`;
}

function tell(told: World, { what, clauses: said, text }: Tried): string[] {
  const found = /^(?:(\d+) )?([a-z-]+?)(?: of (\S+) ([A-Z]{3}))?$/.exec(what);
  if (found === null) throw new Error(`not an event: ${text}`);
  const [, times, kinds = '', value, currency] = found;
  const kind = times === undefined ? kinds : kinds.replace(/s$/, '');
  const money = value === undefined ? {} : { amount: minorOf(value), currency: currency ?? null };
  const telling: Telling = {
    event: { kind, ...money, details: {} },
    refunded: [],
    touchedBy: [],
    paidOn: null,
    through: null,
    strangers: false,
  };
  for (const clause of said) understand(clauses, clause, telling);
  return Array.from({ length: Number(times ?? 1) }, () => tellOne(told, telling));
}

function tellOne(told: World, { event, refunded, touchedBy, paidOn, through, strangers }: Telling): string {
  const id = told.event(strangers ? { ...event, customerId: `stranger-${told.conversions.length}` } : event);
  for (const { amount: back, ...when } of refunded) told.refund(id, back, when.at === undefined ? {} : { at: when.at });
  if (touchedBy.length > 0) told.touched(id, touchedBy);
  if (paidOn !== null) told.pay(id, paidOn);
  if (through !== null) told.network(id, through);
  return id;
}

/** What events come to in the words of what was said of them, with everything that is paid beside it. */
function outcomeOf(terms: Terms, said: readonly Paid[], results: readonly FoldResult[]): string {
  const scopes = results.flatMap((result) => result.scopes);
  const own = terms.components.length === 1 ? terms.components[0] : undefined;
  const isMeant = (scope: ScopeResult, { name, to }: Paid): boolean =>
    scope.component === (name || own?.name || own?.on) && scope.partnerId === (to || 'a');
  const meant = said.map((one) => {
    const mine = scopes.filter((scope) => isMeant(scope, one));
    const sum = sumOf(mine);
    const reason = sum === 0n ? (mine.find((scope) => scope.reason !== null)?.reason ?? results[0]?.reason ?? '') : '';
    return { ...one, amount: majorOf(sum), currency: one.currency && (mine[0]?.currency ?? ''), reason };
  });
  const unsaid = scopes.filter((scope) => isPaid(scope) && !said.some((one) => isMeant(scope, one)));
  const others = unsaid.map((scope) => ({
    name: scope.component,
    amount: majorOf(sumOf([scope])),
    currency: '',
    to: scope.partnerId,
    reason: '',
  }));
  return [...meant, ...others].map(shownPaid).join(', ');
}

const isPaid = (scope: ScopeResult): boolean => scope.type === 'running' || scope.entitlement !== 0n;

/** Of running scopes the sum of their exact parts, which must be whole. */
function sumOf(scopes: readonly ScopeResult[]): bigint {
  const bottom = scopes.reduce((product, { exact }) => product * BigInt(exact.split('/')[1] ?? '1'), 1n);
  const running = scopes.filter(({ type }) => type === 'running');
  const top = running.reduce(
    (sum, { exact }) => sum + (BigInt(exact.split('/')[0] ?? '0') * bottom) / BigInt(exact.split('/')[1] ?? '1'),
    0n,
  );
  if (top % bottom !== 0n) throw new Error('a running sum on the page is a whole number of minor units');
  return scopes.reduce((sum, scope) => sum + (scope.type === 'conversion' ? scope.entitlement : 0n), top / bottom);
}
