import { expect, test } from '@jest/globals';
import { type Envelope, newId, type PayoutExchange } from '@tributary/contracts';
import { v7 } from 'uuid';
import { bundleOf, goldenStory, testKey } from '../testing/index.js';
import { verifyBundle } from '../verify-bundle.js';

const operator = testKey('evidence-1');
const story = goldenStory();
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const exchange: PayoutExchange = {
  amount: 1880,
  currency: 'EUR',
  rate: '2169/2000',
  rateId: 'ecb:EUR/USD:2026-03-20',
  day: '2026-03-21',
  rates: [{ base: 'EUR', quote: 'USD', date: '2026-03-20', rate: '1.0845', source: 'ecb' }],
  rounding: 'half-even',
  fee: 20,
  bearer: 'partner',
};
const usd = (amount: number) => [
  { account: 'exchange', amount: -amount },
  { account: 'in-payout', amount },
];
const eur = [
  { account: 'payable', amount: -1900 },
  { account: 'exchange-fees', amount: 20 },
  { account: 'exchange', amount: 1880 },
];

interface Told {
  created: Record<string, unknown>;
  claim: Record<string, unknown>;
  earned: Record<string, unknown>;
}
/** The golden story, but paid in dollars: 19.00 EUR less 0.20 at 1.0845 are 20.39 (2038.86) USD. */
function inDollars(change: (told: Told) => void = () => undefined) {
  const events = copy(story.events) as Envelope[];
  const data = (event: Envelope) => event.data as Record<string, unknown>;
  const ofPayout = events.filter((event) => data(event)['payoutId'] === story.payoutId);
  const posted = (kind: string) => ofPayout.find((event) => event.type === 'payouts.ledger.posted.v1' && data(event)['kind'] === kind);
  const [claim, settlement] = [posted('claim'), posted('settlement')];
  const created = ofPayout.find(({ type }) => type === 'payouts.payout.created.v1');
  if (!claim || !settlement || !created) throw new Error('the story has no payout');
  for (const event of ofPayout) if ('amount' in data(event)) Object.assign(data(event), { amount: 2039, currency: 'USD' });
  Object.assign(data(created), { charges: [{ kind: 'exchange-fee', amount: -20 }], exchange: copy(exchange) });
  const transactionId = newId('ledgerTransaction');
  const earned = { ...copy(claim), id: v7(), subject: transactionId } as Envelope;
  Object.assign(data(claim), { currency: 'USD', legs: usd(2039), rateId: exchange.rateId });
  Object.assign(data(earned), { transactionId, kind: 'exchange', legs: copy(eur), rateId: exchange.rateId });
  Object.assign(data(settlement), {
    currency: 'USD',
    legs: [
      { account: 'in-payout', amount: -2039 },
      { account: 'paid', amount: 2039 },
    ],
  });
  events.splice(events.indexOf(claim) + 1, 0, earned);
  change({ created: data(created), claim: data(claim), earned: data(earned) });
  return verifyBundle(Buffer.from(bundleOf(story.payoutId, events, operator).text), { publicKey: operator.publicKey });
}

test('O-16 D-01 a payout in another currency holds: lines and charges at the rate are what is paid', () => {
  expect(inDollars()).toMatchObject({ holds: true, problems: [], amount: 2039, currency: 'USD' });
});

const other =
  (fields: Partial<PayoutExchange>) =>
  ({ created }: Told) =>
    void Object.assign(created, { exchange: { ...exchange, ...fields } });
test.each([
  ['rail-fees', true],
  ['payable', false],
] as const)(
  'FF14 D-01 what a rail took in a third currency is the affair of the brand; what moves money of the partner is not: %s',
  (account, holds) => {
    const events = copy(story.events) as Envelope[];
    const claim = events.find(({ data, type }) => type === 'payouts.ledger.posted.v1' && (data as { kind: string }).kind === 'claim');
    if (!claim) throw new Error('the story has no payout');
    const transactionId = newId('ledgerTransaction');
    const fee = { ...copy(claim), id: v7(), subject: transactionId } as Envelope;
    const legs = [
      { account, amount: -25 },
      { account: 'brand-funds', amount: 25 },
    ];
    Object.assign(fee.data as object, { transactionId, kind: 'rail-fee', currency: 'CHF', legs });
    const { text } = bundleOf(story.payoutId, [...events, fee], operator);
    expect(verifyBundle(Buffer.from(text), { publicKey: operator.publicKey }).holds).toBe(holds);
  },
);

test.each<[string, (told: Told) => void]>([
  ['another amount', ({ created }) => void Object.assign(created, { amount: 2040 })],
  ['another rate', other({ rate: '2' })],
  ['rates that do not make it', other({ rates: [{ ...exchange.rates[0], rate: '1.0846' } as PayoutExchange['rates'][number]] })],
  ['rates that lead elsewhere', other({ rates: [{ ...exchange.rates[0], quote: 'GBP' } as PayoutExchange['rates'][number]] })],
  ['the name of another rate', other({ rateId: 'ecb:EUR/USD:2026-03-19' })],
  ['the rate of a later day', other({ day: '2026-03-19' })],
  ['more than its lines', other({ amount: 1881 })],
  ['a fee that is not charged', other({ bearer: 'brand' })],
  ['a currency that there is not', other({ currency: 'ZZZ' })],
  ['no exchange', ({ created }) => void Object.assign(created, { exchange: undefined })],
  ['a ledger that exchanges something else', ({ claim }) => void Object.assign(claim, { legs: usd(2038) })],
  ['a ledger with another rate', ({ earned }) => void Object.assign(earned, { rateId: 'bank:EUR/USD:2026-03-20' })],
])('D-01 signed, but not true: an exchange with %s', (_name, change) => {
  expect(inDollars(change).holds).toBe(false);
});
