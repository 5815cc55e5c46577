import { describe, expect, test } from '@jest/globals';
import { rate, rational } from '@tributary/money';
import { type Component, foldMonth, type MonthExplanation, recomputeMonth, recomputePosting, type Waterfall } from '../src/index.js';
import { activity, aMonth, cpa, ofCustomer, paid, revshare, sectionOf, through } from './month-builders.js';

const waterfall = (...lines: Waterfall['lines']): Waterfall => ({ name: 'net-revenue', version: 1, lines });
const oneMonth = (component: Component, ...facts: Parameters<typeof activity>[]) =>
  foldMonth(aMonth({ components: [component] }, { facts: facts.map((fact) => activity(...fact)) }));

describe('T-38 gross to net, line by line', () => {
  test('WE-01 a percentage of P&L and bonuses are deducted', () => {
    const lines = waterfall(
      { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.18' },
      { name: 'bonuses', effect: 'deduct', of: 'bonuses' },
      { name: 'vip-cash', effect: 'deduct', of: 'vip-cash' },
    );
    const result = oneMonth(revshare({ rate: '0.42', waterfall: lines }), [
      387_000,
      { deductions: { bonuses: '152700', 'vip-cash': '0' } },
    ]);
    expect(paid(result)).toBe(69_149n);
    const section = sectionOf(result);
    expect(section).toMatchObject({ gross: '387000', net: '164640', exact: '345744/5' });
    expect(section.waterfalls[0]?.lines.map(({ name, amount }) => [name, amount])).toEqual([
      ['admin', '-69660'],
      ['bonuses', '-152700'],
      ['vip-cash', '0'],
    ]);
  });

  test('WE-02 bonus, fee and royalty', () => {
    const lines = waterfall(
      { name: 'bonus', effect: 'deduct', of: 'bonus' },
      { name: 'fee', effect: 'deduct', of: 'fee' },
      { name: 'royalty', effect: 'deduct', of: 'royalty' },
    );
    const deductions = { bonus: '100000', fee: '50000', royalty: '120000' };
    const result = foldMonth(
      aMonth(
        { components: [revshare({ rate: '0.40', waterfall: lines })] },
        { currency: 'BDT', facts: [activity(2_700_000, { currency: 'BDT', deductions })] },
      ),
    );
    expect([sectionOf(result).net, paid(result)]).toEqual(['2430000', 972_000n]);
  });

  test('WE-03 an item with a rate of its own is added', () => {
    const lines = waterfall(
      { name: 'poker', effect: 'add', of: 'turnover', rate: '0.01' },
      { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.10' },
      { name: 'points', effect: 'deduct', of: 'points' },
    );
    const result = oneMonth(revshare({ waterfall: lines }), [100_000, { turnover: '500000', deductions: { points: '2500' } }]);
    // 1,000.00 + 50.00 - 100.00 - 25.00 = 925.00
    expect([sectionOf(result).net, paid(result)]).toEqual(['92500', 27_750n]);
  });

  test('WE-04 a band of net revenue', () => {
    const tiers: Component['tiers'] = {
      metric: { measure: 'amount' },
      reset: 'month',
      scale: 'whole',
      bands: [
        { upTo: 577_799, rate: '0.35' },
        { upTo: 8_777_700, rate: '0.37' },
        { upTo: null, rate: '0.40' },
      ],
    };
    const { rate: _rate, ...tiered } = revshare({ tiers, waterfall: waterfall({ name: 'bonus', effect: 'deduct', of: 'bonus' }) });
    expect(paid(oneMonth(tiered, [1_000_000, { deductions: { bonus: '200000' } }]))).toBe(296_000n);
  });

  test('WE-05 the rounding mode decides the half cent', () => {
    const result = (rounding: Component['rounding']) => paid(oneMonth(revshare({ rate: '0.45', rounding }), [1_050]));
    expect([result(undefined), result('half-away'), result('half-even')]).toEqual([473n, 473n, 472n]);
  });

  test('WE-06 the lines are the whole difference between gross and net, also with the exchange as a line', () => {
    const lines = waterfall(
      { name: 'bonus', effect: 'deduct', of: 'bonus' },
      { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.123' },
    );
    const facts = [activity(10_001, { deductions: { bonus: '33' } }), activity(7_777, { currency: 'USD', date: '2026-03-05' })];
    const result = foldMonth(aMonth({ components: [revshare({ waterfall: lines })], fxFee: '0.02' }, { facts }), () => rate('0.92'));
    const [shown] = sectionOf(result).waterfalls;
    const sum = (shown?.lines ?? []).reduce((total, { amount }) => total + Math.round(Number(amount) * 1e9), 0);
    expect(shown?.lines.map(({ name }) => name)).toEqual(['bonus', 'admin', 'exchange-fee']);
    expect(Math.round(Number(shown?.gross) * 1e9) + sum).toBe(Math.round(Number(shown?.net) * 1e9));
    expect(recomputeMonth(result.explanation).agrees).toBe(true);
  });

  test('WE-07 deductions and share', () => {
    const lines = waterfall({ name: 'deductions', effect: 'deduct', of: 'deductions' });
    const result = (gross: number, deductions: string, share: string) =>
      paid(oneMonth(revshare({ rate: share, waterfall: lines }), [gross, { deductions: { deductions } }]));
    expect([result(50_000, '15000', '0.25'), result(1_200_000, '300000', '0.30')]).toEqual([8_750n, 270_000n]);
  });

  test('M-02 what cannot be converted is left out and named, until the rate is told', () => {
    const terms = { components: [revshare()] };
    const facts = [activity(10_000), activity(5_000, { currency: 'USD', date: '2026-03-05' })];
    const without = foldMonth(aMonth(terms, { facts }));
    expect(paid(without)).toBe(3_000n);
    expect(sectionOf(without).unconverted).toEqual([{ currency: 'USD', date: '2026-03-05', gross: '5000' }]);
    expect(paid(foldMonth(aMonth(terms, { facts }), () => rational(9n, 10n)))).toBe(4_350n);
  });
});

describe('T-37 deficits through the months', () => {
  const net = (...amounts: number[]) => amounts.map((amount) => ({ facts: amount === 0 ? [] : [activity(amount)] }));
  const without = revshare({ carryover: { policy: 'none' } });

  test('WE-08 with and without carryover', () => {
    const months = net(-1_000_000, 1_500_000);
    expect(through({ components: [revshare()] }, months).map((one) => paid(one))).toEqual([0n, 150_000n]);
    expect(through({ components: [without] }, months).map((one) => paid(one))).toEqual([0n, 450_000n]);
  });

  test('WE-09 fees deepen the deficit: -16,500 is carried, not -13,500', () => {
    const lines = waterfall({ name: 'fees', effect: 'deduct', of: 'fees' });
    for (const [unit, carried] of [
      ['base', '1650000'],
      ['commission', '660000'],
    ] as const) {
      const component = revshare({ rate: '0.40', waterfall: lines, carryover: { policy: 'component', unit } });
      const [first, second] = through({ components: [component] }, [
        { facts: [activity(-1_500_000, { deductions: { fees: '150000' } })] },
        { facts: [activity(2_700_000, { deductions: { fees: '270000' } })] },
      ]);
      expect([paid(first), sectionOf(first).carry?.closing, paid(second)]).toEqual([0n, carried, 312_000n]);
    }
  });

  test('WE-10 the third month opens at -1,500 with carryover and at 0 without', () => {
    const months = net(200_000, -150_000, 0);
    const opening = (component: Component) => sectionOf(through({ components: [component] }, months)[2]).carry?.opening;
    expect([opening(revshare({ rate: '1' })), opening(without)]).toEqual(['150000', '0']);
    expect(through({ components: [revshare({ rate: '1' })] }, months).map((one) => paid(one))).toEqual([200_000n, 0n, 0n]);
  });

  test('WE-11 a deficit opens month after month until it is met', () => {
    const months = net(-10_000, 4_000, 3_000, 5_000, 1_000);
    const chain = through({ components: [revshare({ rate: '0.5' })] }, months);
    expect(chain.map((one) => [sectionOf(one).carry?.opening, sectionOf(one).carry?.closing, paid(one)])).toEqual([
      ['0', '10000', 0n],
      ['10000', '6000', 0n],
      ['6000', '3000', 0n],
      ['3000', '0', 1_000n],
      ['0', '0', 500n],
    ]);
    expect(through({ components: [revshare({ rate: '0.5', carryover: { policy: 'none' } })] }, months).map((one) => paid(one))).toEqual([
      0n,
      2_000n,
      1_500n,
      2_500n,
      500n,
    ]);
  });

  test('WE-12 M-05 five CPAs and a share of -800.00: what is paid and what is carried', () => {
    const result = (policy: NonNullable<Component['carryover']>['policy'], unit: 'base' | 'commission') => {
      const component = revshare({ rate: '0.40', carryover: { policy, unit } });
      const month = foldMonth(aMonth({ components: [cpa, component] }, { facts: [activity(-200_000)], otherEarnings: { cpa: '50000' } }));
      return [50_000n + (paid(month) ?? 0n), sectionOf(month).carry?.closing];
    };
    expect(result('component', 'commission')).toEqual([50_000n, '80000']);
    expect(result('account', 'commission')).toEqual([0n, '30000']);
    expect(result('account', 'base')).toEqual([0n, '75000']); // 300.00 / 0.40
    expect(result('ring-fence', 'commission')).toEqual([50_000n, '0']);
    expect(result('none', 'commission')).toEqual([0n, '0']);
  });

  test('WE-12 an account that holds the whole deficit pays the rest and carries nothing', () => {
    const component = revshare({ rate: '0.333', carryover: { policy: 'account' } });
    const month = foldMonth(aMonth({ components: [cpa, component] }, { facts: [activity(-100)], otherEarnings: { cpa: '50000' } }));
    expect([paid(month), sectionOf(month).carry?.closing, sectionOf(month).offsetOthers]).toEqual([-33n, '0', '33']);
  });

  test('WE-14 a deficit meets net revenue of the same component, never gross win of others against commission', () => {
    // H wins 100,000 and loses 95,000 and 50,000, the others bring in 16,666.67 a month: all of it is net revenue, in one unit.
    const months = net(-10_000_000 + 1_666_667, 9_500_000 + 1_666_667, 5_000_000 + 1_666_667);
    const chain = through({ components: [revshare()] }, months);
    expect(chain.map((one) => paid(one))).toEqual([0n, 850_000n, 2_000_000n]);
  });

  test('M-06 a deficit beyond the cap is written off, visibly', () => {
    const carryover = { policy: 'component', unit: 'base', cap: { times: '2', months: 3 } } as const;
    const chain = through({ components: [revshare({ rate: '0.5', carryover })] }, net(20_000, 40_000, 60_000, -200_000, 100_000));
    // the average of 100.00, 200.00 and 300.00 is 200.00: at most 400.00 of commission, 800.00 of base
    expect(sectionOf(chain[3]).carry).toMatchObject({
      added: '200000',
      writtenOff: [{ reason: 'cap', period: '2026-04', amount: '120000' }],
      closing: '80000',
    });
    expect(paid(chain[4])).toBe(10_000n);
  });

  test('M-06 before there is any month there is no average and no cap', () => {
    const carryover = { policy: 'component', cap: { times: '2', months: 3 } } as const;
    expect(sectionOf(through({ components: [revshare({ carryover })] }, net(-5_000))[0]).carry?.closing).toBe('5000');
  });

  test('deficits lapse by age, the oldest first', () => {
    const carryover = { policy: 'component', writeOffAfterMonths: 2 } as const;
    const chain = through({ components: [revshare({ carryover })] }, net(-1_000, -500, 200, 0));
    expect(chain.map((one) => sectionOf(one).carry?.closing)).toEqual(['1000', '1500', '500', '0']);
    expect(sectionOf(chain[2]).carry?.writtenOff).toEqual([{ reason: 'age', period: '2026-01', amount: '800' }]);
    expect(sectionOf(chain[3]).carry?.writtenOff).toEqual([{ reason: 'age', period: '2026-02', amount: '500' }]);
  });

  test('a later version that carries nothing ends what was carried, visibly', () => {
    const [first] = through({ components: [revshare()] }, net(-1_000));
    const terms = { components: [revshare({ carryover: { policy: 'ring-fence' } })] };
    const next = foldMonth(aMonth(terms, { opening: first?.closing ?? { stateVersion: 1, components: {} }, facts: [activity(1_000)] }));
    expect([paid(next), sectionOf(next).carry?.writtenOff]).toEqual([
      300n,
      [{ reason: 'policy-changed', period: '2026-01', amount: '1000' }],
    ]);
  });

  test('an amendment to another unit converts what is carried at the share', () => {
    const [first] = through({ components: [revshare({ rate: '0.40' })] }, net(-1_000));
    const terms = { components: [revshare({ rate: '0.40', carryover: { policy: 'component', unit: 'commission' } })] };
    const next = foldMonth(aMonth(terms, { opening: first?.closing ?? { stateVersion: 1, components: {} }, facts: [activity(2_000)] }));
    expect([sectionOf(next).carry?.opening, paid(next)]).toEqual(['400', 400n]);
  });
});

describe('M-07 high rollers', () => {
  const carryover = { policy: 'component', unit: 'base', highRoller: { threshold: -500_000 } } as const;
  const terms = { components: [revshare({ rate: '0.5', carryover })] };

  test('WE-13 at most the negative total is set apart, shared in proportion, and meets only the own results', () => {
    const chain = through(terms, [
      { facts: [ofCustomer('h1', -900_000), ofCustomer('h2', -600_000), ofCustomer('c', 500_000)] },
      { facts: [ofCustomer('h1', 100_000), ofCustomer('c', 200_000)] },
      { facts: [ofCustomer('h1', 700_000), ofCustomer('h2', 100_000)] },
    ]);
    // -10,000.00 in all: 6,000.00 and 4,000.00 are set apart, nothing is left for the partner to carry
    expect(sectionOf(chain[0]).quarantine).toEqual({
      opening: '0',
      used: [],
      added: [
        { customerId: 'h1', amount: '600000' },
        { customerId: 'h2', amount: '400000' },
      ],
      lapsed: '0',
      closing: '1000000',
    });
    expect(sectionOf(chain[0]).carry?.closing).toBe('0');
    // what h1 brings goes to its own balance, what c brings is shared
    expect(chain.map((one) => paid(one))).toEqual([0n, 100_000n, 100_000n]);
    expect(sectionOf(chain[2]).quarantine).toMatchObject({
      opening: '900000',
      used: [
        { customerId: 'h1', amount: '500000' },
        { customerId: 'h2', amount: '100000' },
      ],
      closing: '300000',
    });
  });

  test('WE-13 the threshold is inclusive; who lost less stays with the partner', () => {
    const set = (loss: number) => {
      const section = sectionOf(through(terms, [{ facts: [ofCustomer('h', loss), ofCustomer('c', -100)] }])[0]);
      return [section.quarantine?.closing, section.carry?.closing];
    };
    expect(set(-499_999)).toEqual(['0', '500099']);
    expect(set(-500_000)).toEqual(['500000', '100']);
    expect(set(-500_001)).toEqual(['500001', '100']);
  });

  test('WE-13 in a month that is not negative nobody is set apart', () => {
    const [month] = through(terms, [{ facts: [ofCustomer('h', -600_000), ofCustomer('c', 700_000)] }]);
    expect([sectionOf(month).quarantine?.closing, paid(month)]).toEqual(['0', 50_000n]);
  });
});

test('WE-13 a month of very many customers keeps sums only of those who matter, and comes to the same', () => {
  const carryover = { policy: 'component', highRoller: { threshold: -1_000 } } as const;
  const tiers: Component['tiers'] = {
    metric: { measure: 'customers' },
    reset: 'month',
    scale: 'whole',
    bands: [
      { upTo: 1_999, rate: '0.1' },
      { upTo: null, rate: '0.5' },
    ],
  };
  const facts = Array.from({ length: 2_000 }, (_, index) => ofCustomer(`c${index}`, index === 7 ? -30_000 : 10));
  const month = foldMonth(aMonth({ components: [revshare({ carryover, tiers })] }, { facts }));
  expect(month.explanation.inputs.facts).toHaveLength(2);
  expect(sectionOf(month)).toMatchObject({
    net: '-10010',
    customers: 2_000,
    quarantine: { added: [{ customerId: 'c7', amount: '10010' }] },
    carry: { closing: '0' },
  });
  expect(recomputeMonth(month.explanation).agrees).toBe(true);
});

describe('shares', () => {
  test('WE-16 35 % of 120 a month of each of 100 players for twelve months', () => {
    const months = Array.from({ length: 12 }, () => ({ facts: [activity(100 * 12_000, { customers: 100 })] }));
    const total = through({ components: [revshare({ rate: '0.35' })] }, months).reduce((sum, one) => sum + (paid(one) ?? 0n), 0n);
    expect(total).toBe(5_040_000n);
  });

  test('WE-18 hybrid: the share is paid beside what each customer earned', () => {
    const month = foldMonth(
      aMonth({ components: [cpa, revshare({ rate: '0.20' })] }, { facts: [activity(500_000)], otherEarnings: { cpa: '100000' } }),
    );
    expect(100_000n + (paid(month) ?? 0n)).toBe(200_000n);
  });

  const bands = [
    { upTo: 500_000, rate: '0.25' },
    { upTo: 2_000_000, rate: '0.30' },
    { upTo: 5_000_000, rate: '0.35' },
    { upTo: 10_000_000, rate: '0.40' },
    { upTo: null, rate: '0.50' },
  ];
  const scaled = (scale: 'whole' | 'marginal') => revshare({ tiers: { metric: { measure: 'amount' }, reset: 'month', scale, bands } });

  test('WE-21 whole and marginal on a month of 25,000', () => {
    expect(paid(oneMonth(scaled('whole'), [2_500_000]))).toBe(875_000n);
    expect(paid(oneMonth(scaled('marginal'), [2_500_000]))).toBe(750_000n);
  });

  test('WE-21 a deficit of before is met first; the band is that of the month', () => {
    for (const [scale, expected] of [
      ['whole', 350_000n],
      ['marginal', 275_000n],
    ] as const) {
      const chain = through({ components: [scaled(scale)] }, [{ facts: [activity(-1_500_000)] }, { facts: [activity(2_500_000)] }]);
      expect(paid(chain[1])).toBe(expected);
    }
  });

  test('WE-25 M-08 revenue and active players: the highest band whose conditions all hold, else the lowest', () => {
    const tiers: Component['tiers'] = {
      metric: [{ measure: 'amount' }, { measure: 'customers' }],
      reset: 'month',
      scale: 'whole',
      bands: [
        { atLeast: [0, 0], rate: '0.25' },
        { atLeast: [100_000, 5], rate: '0.30' },
        { atLeast: [500_000, 10], rate: '0.35' },
      ],
    };
    const result = (gross: number, customers: number) => paid(oneMonth(revshare({ tiers }), [gross, { customers }]));
    expect([result(500_000, 10), result(500_000, 9), result(499_999, 10), result(99_999, 50)]).toEqual([
      175_000n,
      150_000n,
      150_000n, // 149,999.7
      25_000n, // 24,999.75
    ]);
  });

  test('A-17 M-08 revenue or active players: the highest band of whose conditions any holds, a loss being in the lowest', () => {
    const tiers: Component['tiers'] = {
      metric: [{ measure: 'amount' }, { measure: 'customers' }],
      reset: 'month',
      scale: 'whole',
      reach: 'any',
      bands: [
        { atLeast: [null, null], rate: '0.25' },
        { atLeast: [100_000, 5], rate: '0.30' },
        { atLeast: [500_000, 10], rate: '0.35' },
      ],
    };
    const result = (gross: number, customers: number) => paid(oneMonth(revshare({ tiers }), [gross, { customers }]));
    expect([result(500_000, 1), result(200, 10), result(100_000, 9), result(200, 5), result(200, 4), result(-200, 4)]).toEqual([
      175_000n,
      70n,
      30_000n,
      60n,
      50n,
      0n,
    ]);
  });

  test('a month is rated by the version in force at its time; deficits meet in between', () => {
    const versions = [
      { version: 1, from: '2026-03-01T00:00:00.000Z', to: '2026-03-15T00:00:00.000Z', terms: { components: [revshare({ rate: '0.30' })] } },
      { version: 2, from: '2026-03-15T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z', terms: { components: [revshare({ rate: '0.40' })] } },
    ];
    const month = (first: number, second: number) =>
      foldMonth(aMonth({ components: [] }, { versions, facts: [activity(first), activity(second, { version: 2 })] }));
    expect(paid(month(10_000, 10_000))).toBe(7_000n);
    expect(paid(month(-5_000, 10_000))).toBe(2_000n);
    expect(paid(month(10_000, -5_000))).toBe(1_500n);
    expect(sectionOf(month(10_000, -15_000)).carry?.closing).toBe('5000');
  });
});

describe('M-04 recoupable advances', () => {
  const terms = { components: [cpa, revshare({ rate: '0.5', recoups: ['cpa'] })] };
  const months = [
    { facts: [activity(10_000)], otherEarnings: { cpa: '20000' } },
    { facts: [activity(20_000)], otherEarnings: {} },
    { facts: [activity(20_000)], otherEarnings: { cpa: '1000' } },
  ];

  test('WE-17 the share is payable only beyond what it has recouped, and the balance carries', () => {
    const chain = through(terms, months);
    expect(chain.map((one) => [sectionOf(one).recoup?.recouped, sectionOf(one).recoup?.closing, paid(one)])).toEqual([
      ['5000', '15000', 0n],
      ['10000', '5000', 0n],
      ['6000', '0', 4_000n],
    ]);
  });

  test('WE-17 an advance that is taken back after it was recouped is payable again', () => {
    const chain = through(terms, [...months, { facts: [], otherEarnings: { cpa: '-10000' } }]);
    expect([sectionOf(chain[3]).recoup, paid(chain[3])]).toEqual([
      { of: ['cpa'], opening: '0', advances: '-10000', recouped: '-10000', closing: '0' },
      10_000n,
    ]);
  });
});

describe('retainers', () => {
  const retainer: Component = { name: 'fee', on: 'lead', model: 'retainer', amount: 50_000 };

  test('a retainer is paid once for every month begun, by the last version of the month', () => {
    const versions = [
      { version: 1, from: '2026-03-01T00:00:00.000Z', to: '2026-03-15T00:00:00.000Z', terms: { components: [retainer] } },
      {
        version: 2,
        from: '2026-03-31T21:59:59.000Z',
        to: '2026-04-01T00:00:00.000Z',
        terms: { components: [{ ...retainer, amount: 60_000 }] },
      },
    ];
    expect(paid(foldMonth(aMonth({ components: [] }, { versions })), 'fee')).toBe(60_000n);
    expect(paid(foldMonth(aMonth({ components: [] }, { versions: versions.slice(0, 1) })), 'fee')).toBe(50_000n);
  });

  test('WE-12 a retainer is one of the other earnings that a deficit meets, and may be an advance', () => {
    const account = foldMonth(
      aMonth({ components: [retainer, revshare({ rate: '0.5', carryover: { policy: 'account' } })] }, { facts: [activity(-200_000)] }),
    );
    expect([paid(account, 'fee'), paid(account), sectionOf(account).carry?.closing]).toEqual([50_000n, -50_000n, '100000']);
    const advance = foldMonth(
      aMonth({ components: [retainer, revshare({ rate: '0.5', recoups: ['fee'] })] }, { facts: [activity(200_000)] }),
    );
    expect([paid(advance, 'fee'), paid(advance)]).toEqual([50_000n, 50_000n]);
  });
});

describe('explanations', () => {
  const explained = (): MonthExplanation =>
    foldMonth(aMonth({ components: [cpa, revshare({ recoups: ['cpa'] })] }, { facts: [activity(10_000)], otherEarnings: { cpa: '500' } }))
      .explanation;

  test('D-02 an explanation is JSON and gives the same cents again', () => {
    const stored = JSON.parse(JSON.stringify(explained())) as MonthExplanation;
    expect(recomputeMonth(stored)).toEqual({ entitlements: { share: 2_500n }, agrees: true });
  });

  test('D-02 an explanation that was changed does not agree', () => {
    const stored = explained();
    const [fact] = stored.inputs.facts;
    const changed = { ...stored, inputs: { ...stored.inputs, facts: fact ? [{ ...fact, gross: '20000' }] : [] } };
    expect(recomputeMonth(changed)).toEqual({ entitlements: { share: 5_500n }, agrees: false });
    expect(recomputeMonth({ ...stored, closing: { stateVersion: 1, components: {} } }).agrees).toBe(false);
  });

  test('P-18 a posting of a month works its amount out again', () => {
    const { statements, closing: _closing, ...fold } = explained();
    const month = { component: 'share', fold, statement: statements[0] ?? null };
    const posting = { fold: null, withdrawn: null, running: null, month, entitlement: '2500', postedBefore: '2000', amount: '500' };
    expect(recomputePosting(posting)).toEqual({ entitlement: 2_500n, amount: 500n, agrees: true });
    expect(recomputePosting({ ...posting, amount: '600' }).agrees).toBe(false);
    const gone = { ...posting, month: { component: 'gone', fold, statement: null }, entitlement: '0', postedBefore: '7', amount: '-7' };
    expect(recomputePosting(gone)).toEqual({ entitlement: 0n, amount: -7n, agrees: true });
  });

  test('an engine that does not exist is refused', () => {
    expect(() => foldMonth(aMonth({ components: [] }), undefined, 'engine-0' as never)).toThrow(RangeError);
  });
});
