import type { Tx } from '@tributary/messaging';

export interface CustomerAt {
  brandId: string;
  customerId: string;
}

/**
 * Locks customers of brands whose deals go by what a customer has done, in the order of their ids. Whoever rates a conversion of such a
 * customer beside somebody else then waits, and sees what the other was told. Released at the end of the transaction.
 */
export async function lockCustomers(tx: Tx, customers: readonly CustomerAt[]): Promise<void> {
  if (customers.length === 0) return;
  const { rows } = await tx.query<CustomerAt>(
    `SELECT DISTINCT brand_id AS "brandId", wanted.customer_id AS "customerId"
     FROM unnest($1::text[], $2::text[]) AS wanted(brand_id, customer_id) JOIN brand USING (brand_id) WHERE brand.asks_history`,
    columnsOf(customers),
  );
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO customer_lock (brand_id, customer_id) SELECT * FROM unnest($1::text[], $2::text[]) AS wanted(brand_id, customer_id)
     ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
    columnsOf(rows),
  );
  await tx.query(
    `SELECT FROM customer_lock WHERE (brand_id, customer_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY brand_id, customer_id FOR UPDATE`,
    columnsOf(rows),
  );
}

const columnsOf = (customers: readonly CustomerAt[]): string[][] => [
  customers.map(({ brandId }) => brandId),
  customers.map(({ customerId }) => customerId),
];
