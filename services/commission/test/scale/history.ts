import { type DealTerms, newId } from '@tributary/contracts';
import {
  amountAt,
  emptyStream,
  foldStream,
  type NormalComponent,
  type StreamPlace,
  type StreamRecord,
  type StreamState,
  type Terms,
  withDefaults,
} from '@tributary/engine';
import type { TestService } from '@tributary/testkit';
import { aBrand, aConversion, anEnrollment, aPartner, createDeal, recorded, type World } from '../builders.js';
import { startForgetful } from './service.js';

/** A year's scale and cap over sales of 10 euros each, with bounds that no test reaches. */
export const terms: DealTerms = {
  components: [
    {
      name: 'main',
      on: 'sale',
      model: 'percentage',
      rate: '0.10',
      tiers: {
        metric: { measure: 'amount' },
        reset: 'year',
        scale: 'marginal',
        bounds: 'inclusive',
        retroactive: 'none',
        demotion: 'unwind',
        bands: [
          { upTo: 500, rate: '0.1' },
          { upTo: null, rate: '0.12' },
        ],
      },
      caps: [{ measure: 'amount', limit: 900_000_000_000, per: 'year', of: 'partner', afterRefund: 'returns' }],
    },
  ],
};

/** A service with one partner and its deal. */
export async function aLedger(deal: DealTerms = terms): Promise<World> {
  const service = await startForgetful('2026-12-01T00:00:00Z');
  const world: World = { service, brandId: newId('brand'), programId: newId('program'), partnerIds: [] };
  await service.deliver(aBrand(world.brandId, world.programId, {}, 'UTC'));
  return withPartner(world, deal);
}

/** The same service seen by another partner that has nothing yet. */
export async function withPartner(world: World, deal: DealTerms = terms): Promise<World> {
  const other: World = { ...world, partnerIds: [newId('partner')] };
  const [partnerId = ''] = other.partnerIds;
  await world.service.deliver(aPartner(partnerId), anEnrollment(partnerId, world.brandId, world.programId));
  await createDeal(other, { terms: deal });
  return other;
}

export const sale = (world: World, occurredAt: Date, fields: Parameters<typeof aConversion>[1] = {}) =>
  recorded(aConversion(world, { amount: 1_000, occurredAt: occurredAt.toISOString(), ...fields }));

interface Template {
  record: StreamRecord;
  place: StreamPlace;
}

/**
 * Facts of the past as if each had been told: rows like those of the first fact told, states and checkpoints folded by the engine. They
 * lie a second apart from the start of the year on.
 */
export async function loadPast({ service }: World, count: number): Promise<void> {
  const template = await templateOf(service);
  const states = foldPast(template, count);
  await copyRows(service, count);
  const last = states.at(-1);
  const position = `'2026-01-01'::timestamptz + n * interval '1 second', 'past-' || lpad(n::text, 8, '0'), 'cnv_past' || lpad(n::text, 22, '0')`;
  await service.sql(
    `INSERT INTO stream_checkpoint (stream, occurred_at, event_id, conversion_id, brand_id, state)
     SELECT record.stream, ${position}, record.brand_id, told.state::jsonb FROM (SELECT stream, brand_id FROM stream_record LIMIT 1) AS record,
       unnest($1::int[], $2::text[]) AS told(n, state)`,
    [states.map(({ n }) => n), states.map(({ state }) => JSON.stringify(state))],
  );
  await service.sql(
    `UPDATE stream SET state = $2::jsonb, (last_occurred_at, last_event_id, last_conversion_id) = (SELECT ${position} FROM (SELECT $1::int AS n) AS last)`,
    [last?.n, JSON.stringify(last?.state)],
  );
  await service.sql('ANALYZE');
}

async function templateOf(service: TestService): Promise<Template> {
  const [row] = await service.sql<{ body: StreamRecord; place: StreamPlace }>('SELECT body, place FROM stream_record');
  if (row === undefined) throw new Error('nothing has been told yet');
  return { record: row.body, place: row.place };
}

const checkpointEvery = 200;

/** The states after every two hundred facts, the first one told included. */
function foldPast({ record }: Template, count: number): { n: number; state: StreamState }[] {
  const [component] = withDefaults(terms as Terms).components as [NormalComponent];
  const termsOf = () => ({ component, timeZone: 'UTC' });
  const at = (n: number): StreamRecord => ({ ...record, occurredAt: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString() });
  const states: { n: number; state: StreamState }[] = [];
  let state = foldStream([record], termsOf, emptyStream).state;
  for (let from = 1; from <= count; from += checkpointEvery) {
    const chunk = Array.from({ length: Math.min(checkpointEvery, count + 1 - from) }, (_, index) => at(from + index));
    const folded = foldStream(chunk, termsOf, state);
    state = folded.state;
    states.push({ n: from + chunk.length - 1, state });
    const line = folded.lines.at(-1);
    if (line && amountAt(line.record, component, line.place).entitlement !== 120n) throw new Error('a past fact earns another amount');
  }
  return states;
}

/** Rows of the tables that accrual reads, each like the first. */
async function copyRows(service: TestService, count: number): Promise<void> {
  const numbered = `SELECT n, 'cnv_past' || lpad(n::text, 22, '0') AS id, 'past-' || lpad(n::text, 8, '0') AS event, '2026-01-01'::timestamptz + n * interval '1 second' AS at
    FROM generate_series(1, $1::int) AS n`;
  await service.sql(
    `INSERT INTO conversion SELECT row.* FROM (${numbered}) AS past, (SELECT conversion AS first FROM conversion LIMIT 1) AS told,
       jsonb_populate_record(first, jsonb_build_object('conversion_id', past.id, 'event_id', past.event, 'occurred_at', past.at)) AS row`,
    [count],
  );
  await service.sql(
    `INSERT INTO commission_scope SELECT row.* FROM (${numbered}) AS past, (SELECT commission_scope AS first FROM commission_scope LIMIT 1) AS told,
       jsonb_populate_record(first, jsonb_build_object('conversion_id', past.id, 'net', 120, 'scope', replace((first).scope, (first).conversion_id, past.id))) AS row`,
    [count],
  );
  await service.sql(
    `INSERT INTO stream_record (stream, occurred_at, event_id, conversion_id, brand_id, customer_id, scope, body, place, exact, entitlement)
     SELECT (first).stream, past.at, past.event, past.id, (first).brand_id, NULL, replace((first).scope, (first).conversion_id, past.id),
       (first).body || jsonb_build_object('conversionId', past.id, 'eventId', past.event, 'occurredAt', to_char(past.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.000"Z"'),
         'scope', replace((first).scope, (first).conversion_id, past.id)),
       (first).place || jsonb_build_object('before', jsonb_build_array((1000 * n)::text)), '120', 120
     FROM (${numbered}) AS past, (SELECT stream_record AS first FROM stream_record LIMIT 1) AS told`,
    [count],
  );
  await service.sql(
    `INSERT INTO commission_entry SELECT row.* FROM (${numbered}) AS past, (SELECT commission_entry AS first FROM commission_entry LIMIT 1) AS told,
       jsonb_populate_record(first, jsonb_build_object('entry_id', 'ent_past' || n, 'conversion_id', past.id, 'occurred_at', past.at,
       'scope', replace((first).scope, (first).conversion_id, past.id), 'explanation', '{}'::jsonb)) AS row`,
    [count],
  );
}
