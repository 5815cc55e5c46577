import type { TermDefaults } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';

/** What commission needs of a brand. */
export interface Brand {
  brandId: string;
  currency: string;
  timeZone: string;
  status: string;
  defaultProgramId: string;
  programIds: string[];
  holdDays: number;
  /** What its deals leave open, and its margin guard. */
  termDefaults: TermDefaults;
  /** Whether any of its deals goes by what customers have done. */
  asksHistory: boolean;
  /** Whether any of its customers has been excluded: they earn nothing, whatever the deal asks. */
  hasExclusions: boolean;
}

const selected =
  'brand_id AS "brandId", currency, time_zone AS "timeZone", status, default_program_id AS "defaultProgramId", program_ids AS "programIds", hold_days AS "holdDays", term_defaults AS "termDefaults", asks_history AS "asksHistory", EXISTS (SELECT FROM customer WHERE customer.brand_id = brand.brand_id AND standing ->> \'excludedFrom\' IS NOT NULL) AS "hasExclusions"';

export async function brandsById(tx: Tx, brandIds: readonly string[]): Promise<Map<string, Brand>> {
  const { rows } = await tx.query<Brand>(`SELECT ${selected} FROM brand WHERE brand_id = ANY($1)`, [brandIds]);
  return new Map(rows.map((brand) => [brand.brandId, brand]));
}

export async function findBrand(tx: Tx, brandId: string): Promise<Brand | undefined> {
  return (await brandsById(tx, [brandId])).get(brandId);
}

const books = 0x626f6f6b;

/**
 * Who posts into a brand's books shares them; who changes what is posted by (deals, closed periods, the brand itself) has them alone.
 * So a posting is made either before or after such a change, never half way. Released at the end of the transaction.
 */
export async function shareBooks(tx: Tx, brandIds: readonly string[]): Promise<void> {
  await tx.query(
    `SELECT pg_advisory_xact_lock_shared(${books}, key) FROM (SELECT DISTINCT hashtext(id) AS key FROM unnest($1::text[]) AS id ORDER BY key) AS keys`,
    [brandIds],
  );
}
export async function lockBooks(tx: Tx, brandIds: readonly string[]): Promise<void> {
  await tx.query(
    `SELECT pg_advisory_xact_lock(${books}, key) FROM (SELECT DISTINCT hashtext(id) AS key FROM unnest($1::text[]) AS id ORDER BY key) AS keys`,
    [brandIds],
  );
}

/** The books of every brand alone: for what concerns partners and currencies, wherever they are. Returns the brands. */
export async function lockEveryBook(tx: Tx): Promise<string[]> {
  const { rows } = await tx.query<{ brandId: string }>('SELECT brand_id AS "brandId" FROM brand ORDER BY brand_id');
  const brandIds = rows.map(({ brandId }) => brandId);
  await lockBooks(tx, brandIds);
  return brandIds;
}
