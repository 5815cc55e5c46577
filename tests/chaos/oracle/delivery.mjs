import { createHash } from 'node:crypto';
import { canonical } from './canonical.mjs';

const noId = '00000000-0000-0000-0000-000000000000';

/**
 * O4: for each outbox row and each consumer that the catalogue binds, one inbox row that is done; nothing parked, pending or
 * unpublished. Returns the digest of each event as its producer wrote it, by id.
 */
export async function checkDelivery({ databases, bindings, report }) {
  const digests = new Map();
  const idsByType = new Map(Object.keys(bindings).map((type) => [type, []]));
  const producers = new Set(Object.values(bindings).map(({ producer }) => producer));
  const problems = [];
  for (const producer of producers) {
    const { waiting } = await databases.row(producer, 'SELECT count(*)::int AS waiting FROM messaging.unpublished');
    if (waiting > 0) problems.push({ producer, unpublished: waiting });
    const page = `SELECT id, type, envelope::text AS envelope, created_at::text || '|' || id AS cursor FROM messaging.outbox
      WHERE (created_at, id) > (split_part($1, '|', 1)::timestamptz, split_part($1, '|', 2)::uuid) ORDER BY created_at, id LIMIT $2`;
    for await (const rows of databases.pages(producer, page, `2000-01-01|${noId}`)) {
      for (const { id, type, envelope } of rows) {
        if (bindings[type]?.producer !== producer) problems.push({ producer, type, why: 'not in the catalogue' });
        else if (digests.has(id)) problems.push({ id, why: 'an id used twice' });
        else idsByType.get(type).push(id);
        digests.set(
          id,
          createHash('sha256')
            .update(canonical(JSON.parse(envelope)))
            .digest('base64'),
        );
      }
    }
  }
  report.none('O4', problems, `${digests.size} events in ${producers.size} outboxes, all published`, 'outbox rows are wrong');

  const consumers = [...new Set(Object.values(bindings).flatMap((binding) => binding.consumers))].sort();
  let total = 0;
  const counts = [];
  const wrong = [];
  for (const consumer of consumers) {
    const wanted = new Set();
    for (const [type, binding] of Object.entries(bindings))
      if (binding.consumers.includes(consumer)) for (const id of idsByType.get(type)) wanted.add(id);
    const expected = wanted.size;
    const page =
      'SELECT event_id AS id, status, type, error, event_id AS cursor FROM messaging.inbox WHERE event_id > $1 ORDER BY event_id LIMIT $2';
    for await (const rows of databases.pages(consumer, page, noId, 20_000)) {
      for (const { id, status, type, error } of rows) {
        if (!wanted.delete(id)) wrong.push({ consumer, id, type, why: 'received twice, or bound to nobody' });
        else if (status !== 'done') wrong.push({ consumer, id, type, status, error });
      }
    }
    for (const id of wanted) wrong.push({ consumer, id, why: 'never received' });
    total += expected;
    counts.push(`${consumer} ${expected}`);
  }
  report.none(
    'O4',
    wrong,
    `${total} deliveries, each received and done once: ${counts.join(', ')}`,
    'deliveries are missing, parked, pending or too many',
  );
  return digests;
}
