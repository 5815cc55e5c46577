import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { approver, builder, cleared } from '../world.js';
import { manyPayees, type Payouts, startForgetful } from './many-payees.js';

// The same balances twice: once so few at a time that every stage comes round many times, once all in one piece.

const payees = 500;
let pieces: Payouts;
let whole: Payouts;
beforeAll(async () => {
  pieces = await startForgetful({ balancesAtOnce: 40, paymentsAtOnce: 60, payoutsPerRun: 450 });
  whole = await startForgetful({ payoutsPerRun: 450 });
});
afterAll(async () => {
  await pieces.stop();
  await whole.stop();
});

interface Run {
  id: string;
  contentHash: string;
  planHash: string;
  totals: object[];
  leftOut: object[];
  leftOutCount: number;
  payoutCount: number;
}

test('acceptance 5: a run that is built in pieces is the run that is built at once, in its dry run too; so is its file', async () => {
  const brandId = newId('brand');
  const built = async (s: Payouts) => {
    await manyPayees(s, payees, 3, brandId);
    const ask = (query: string) =>
      s
        .request(builder)
        .post(`/api/v1/payout-runs${query}`)
        .send({ brandIds: [brandId] });
    const said = (await ask('?dryRun=true').expect(200)).body as Run;
    const run = (await ask('').expect(201)).body as Run;
    expect(run.planHash).toBe(said.planHash);
    return run;
  };
  const [inPieces, atOnce] = [await built(pieces), await built(whole)];
  const essence = ({ planHash, totals, leftOut, leftOutCount, payoutCount }: Run) => ({
    planHash,
    totals,
    leftOut,
    leftOutCount,
    payoutCount,
  });
  expect(essence(inPieces)).toEqual(essence(atOnce));
  // One is suspended and one has no account; what finds no room waits for the next run.
  expect([inPieces.payoutCount, inPieces.leftOutCount]).toEqual([450, 50]);
  const listed = [];
  let cursor = '';
  for (let more = true; more; ) {
    const { body } = await pieces.request().get(`/api/v1/payout-runs/${inPieces.id}/left-out?limit=20${cursor}`).expect(200);
    listed.push(...(body as { data: object[] }).data);
    more = body.nextCursor !== null;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(listed).toEqual(inPieces.leftOut);

  const fileOf = async (s: Payouts, run: Run) => {
    await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
    await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
    await s.deliver(cleared(run.id, run.contentHash));
    await s.service.runDueJobs();
    const answer = await s.request(approver).get(`/api/v1/payout-runs/${run.id}/bank-file?brandId=${brandId}`).expect(200);
    const states = await s.sql('SELECT status, count(*)::int AS n FROM payout GROUP BY 1');
    expect(states).toEqual([{ status: 'submitted', n: 450 }]);
    return String(answer.text || answer.body);
  };
  const amounts = (xml: string) => [...xml.matchAll(/<InstdAmt Ccy="EUR">([\d.]+)</g)].map(([, amount]) => amount).sort();
  const files = [await fileOf(pieces, inPieces), await fileOf(whole, atOnce)] as const;
  expect(amounts(files[0])).toHaveLength(450);
  expect(amounts(files[0])).toEqual(amounts(files[1]));
}, 120_000);
