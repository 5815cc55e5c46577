import type { NetworkVerdict } from '@tributary/engine';
import { rowsOf, type Tx } from '@tributary/messaging';

/** A verdict on a conversion or a customer of a brand. */
export interface VerdictAt extends NetworkVerdict {
  brandId: string;
}

const columns = {
  signal_id: 'text',
  brand_id: 'text',
  subject_id: 'text',
  verdict: 'int',
  network: 'text',
  country: 'text',
  seen_at: 'timestamptz',
};

/** Keeps verdicts; returns the signals of those that were not known. */
export async function saveVerdicts(tx: Tx, verdicts: readonly VerdictAt[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ signalId: string }>(
    `INSERT INTO network_verdict (${Object.keys(columns).join(', ')}) SELECT * FROM ${rowsOf(columns)} new ORDER BY new.signal_id
     ON CONFLICT (signal_id) DO NOTHING RETURNING signal_id AS "signalId"`,
    [
      verdicts.map(({ signalId }) => signalId),
      verdicts.map(({ brandId }) => brandId),
      verdicts.map(({ subjectId }) => subjectId),
      verdicts.map(({ verdict }) => verdict),
      verdicts.map(({ network }) => network),
      verdicts.map(({ country }) => country),
      verdicts.map(({ seenAt }) => seenAt),
    ],
  );
  return new Set(rows.map(({ signalId }) => signalId));
}

/** What is known of the networks of conversions and customers at their brands. */
export async function verdictsOn(tx: Tx, subjects: readonly { brandId: string; subjectId: string }[]): Promise<VerdictAt[]> {
  if (subjects.length === 0) return [];
  const { rows } = await tx.query<Omit<VerdictAt, 'seenAt'> & { seenAt: Date }>(
    `SELECT signal_id AS "signalId", brand_id AS "brandId", subject_id AS "subjectId", verdict, network, country, seen_at AS "seenAt"
     FROM network_verdict WHERE (brand_id, subject_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [subjects.map(({ brandId }) => brandId), subjects.map(({ subjectId }) => subjectId)],
  );
  return rows.map((row) => ({ ...row, seenAt: row.seenAt.toISOString() }));
}
