import { discardParked, listParked, replayParked, type ServiceName, showParked } from '@tributary/contracts';
import { command, ok, query, type Reply, reject } from '@tributary/service-kit';
import { askAll, type SiblingAnswer, type Siblings } from '../shared/siblings.js';

interface ParkedRow {
  id: string;
  type: string | null;
  status: string;
  error: string | null;
  attempts: number;
  receivedAt: string;
  lane: string;
}

const view = (service: string, row: ParkedRow) => ({
  service,
  eventId: row.id,
  type: row.type ?? 'unknown',
  status: row.status,
  reason: row.error ?? '',
  attempts: row.attempts,
  receivedAt: row.receivedAt,
  lane: row.lane,
});

/** What is set aside, over all services or in one; each service gives its oldest first. */
export const listParkedRoute = (siblings: Siblings) =>
  query(listParked, async ({ query: { limit, service, cursor } }) => {
    // There is one page: what stands in it must be dealt with before the rest matters.
    if (cursor !== undefined) return reject('cursor-invalid');
    const asked = service === undefined ? siblings : { ...siblings, names: siblings.names.filter((name) => name === service) };
    const { answers, unavailable } = await askAll(asked, async (name) =>
      rowsOf(await siblings.call(name, 'GET', `/internal/parked?status=parked&limit=${limit}`)),
    );
    const data = answers.flatMap(({ service: name, answer }) => answer.map((row) => view(name, row)));
    return ok({ data: data.slice(0, limit), nextCursor: null, unavailable });
  });

export const showParkedRoute = (siblings: Siblings) => query(showParked, ({ params }) => show(siblings, params));

export const replayParkedRoute = (siblings: Siblings) => command(replayParked, ({ params }) => act(siblings, params, 'replay', {}));

export const discardParkedRoute = (siblings: Siblings) =>
  command(discardParked, ({ params, body }) => act(siblings, params, 'discard', { reason: body.reason }));

type Address = { service: string; eventId: string };

async function show(siblings: Siblings, { service, eventId }: Address): Promise<Reply> {
  const name = siblings.names.find((candidate) => candidate === service);
  if (!name) return reject('parked-not-found', { detail: `There is no service ${service}.` });
  const answer = await siblings.call(name, 'GET', `/internal/parked/${encodeURIComponent(eventId)}`);
  if (answer.status !== 200) return reject('parked-not-found');
  const row = answer.body as ParkedRow & { envelope: string };
  return ok({ ...view(service, row), event: parsed(row.envelope) });
}

async function act(siblings: Siblings, address: Address, verb: 'replay' | 'discard', body: object): Promise<Reply> {
  const before = await show(siblings, address);
  if (before.rejection) return before;
  const answer = await siblings.call(
    address.service as ServiceName,
    'POST',
    `/internal/parked/${encodeURIComponent(address.eventId)}/${verb}`,
    body,
  );
  if (answer.status !== 200) return reject('parked-not-found');
  const { event: _, ...shown } = before.body as { event: unknown };
  return ok({ ...shown, status: verb === 'replay' ? 'pending' : 'discarded' });
}

function rowsOf(answer: SiblingAnswer): ParkedRow[] {
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
  return (answer.body as { data: ParkedRow[] }).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
