import { createHash } from 'node:crypto';

const sha256 = (text, encoding) => createHash('sha256').update(text).digest(encoding);

/**
 * O7: the chain is computed anew from its first record: SHA-256 over the canonical JSON of { event, previousHash, recordedAt, sequence }.
 * Numbers have no gaps; there is a record for each event of the outboxes and no other; its text is the event as the producer wrote it.
 */
export async function checkAudit({ databases, outbox, report }) {
  const page = `SELECT sequence, recorded_at, event_id AS id, event, previous_hash AS "previousHash", hash, sequence AS cursor FROM audit_record WHERE sequence > $1 ORDER BY sequence, recorded_at LIMIT $2`;
  const wrong = [];
  const seen = new Set();
  let previousHash = '0'.repeat(64);
  let sequence = 0;
  for await (const rows of databases.pages('audit', page, 0)) {
    for (const row of rows) {
      sequence += 1;
      const recordedAt = row.recorded_at.toISOString();
      const hash = sha256(
        `{"event":${row.event},"previousHash":"${previousHash}","recordedAt":"${recordedAt}","sequence":${sequence}}`,
        'hex',
      );
      if (Number(row.sequence) !== sequence) wrong.push({ sequence: row.sequence, why: `a gap: ${sequence} expected` });
      else if (row.previousHash !== previousHash || row.hash !== hash) wrong.push({ sequence, why: 'the chain is broken' });
      if (seen.has(row.id)) wrong.push({ sequence, id: row.id, why: 'archived twice' });
      seen.add(row.id);
      if (outbox.get(row.id) !== sha256(row.event, 'base64')) wrong.push({ sequence, id: row.id, why: 'not the event of the outbox' });
      previousHash = row.hash;
    }
  }
  const head = await databases.row('audit', 'SELECT sequence, hash FROM chain_head');
  if (Number(head.sequence) !== sequence || head.hash !== previousHash)
    wrong.push({ head, why: 'the head is not the last record', sequence });
  for (const id of outbox.keys()) if (!seen.has(id)) wrong.push({ id, why: 'not archived' });
  report.none(
    'O7',
    wrong,
    `${sequence} records in the chain, without a gap, one for each event, head ${previousHash.slice(0, 16)}…`,
    'records of the archive are wrong',
  );
}
