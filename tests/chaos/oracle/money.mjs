/** O1 and O2 of the ledger: sums, and balances against the fold of the legs. */
export async function checkLedger({ databases, report }) {
  const ledger = (text) => databases.rows('payouts', text);
  const unbalanced = await ledger('SELECT transaction_id, currency, sum(amount) FROM ledger_leg GROUP BY 1, 2 HAVING sum(amount) <> 0');
  const empty = await ledger(
    'SELECT id FROM ledger_transaction t WHERE NOT EXISTS (SELECT FROM ledger_leg l WHERE l.transaction_id = t.id)',
  );
  const keys = await ledger('SELECT business_key FROM ledger_transaction GROUP BY 1 HAVING count(*) > 1');
  const sums = await ledger(
    'SELECT currency, sum(amount) AS sum, count(*)::int AS legs, count(DISTINCT transaction_id)::int AS transactions FROM ledger_leg GROUP BY 1 ORDER BY 1',
  );
  const all = sums.filter(({ sum }) => sum !== '0');
  const sentence = sums
    .map(({ currency, transactions, legs, sum }) => `${currency} ${transactions} transactions, ${legs} legs, sum ${sum}`)
    .join('; ');
  report.none('O1', [...unbalanced, ...empty, ...all, ...keys], sentence, 'transactions, currencies or business keys differ');

  const terms = {
    accrued: "sum(-amount) FILTER (WHERE account = 'brand-expense' AND amount < 0)",
    reversed: "sum(amount) FILTER (WHERE account = 'brand-expense' AND amount > 0)",
    ...Object.fromEntries(
      ['rejected', 'pending', 'held', 'approved', 'payable', 'in-payout', 'paid', 'written-off'].map((account) => [
        account.replace('-', '_'),
        `sum(amount) FILTER (WHERE account = '${account}')`,
      ]),
    ),
  };
  const names = Object.keys(terms).join(', ');
  const fold = `SELECT partner_id, brand_id, currency, ${Object.entries(terms)
    .map(([name, sql]) => `coalesce(${sql}, 0)::bigint AS ${name}`)
    .join(', ')} FROM ledger_leg GROUP BY 1, 2, 3`;
  const stored = `SELECT partner_id, brand_id, currency, ${names} FROM balance`;
  const drift = await ledger(`((${fold}) EXCEPT (${stored})) UNION ALL ((${stored}) EXCEPT (${fold}))`);
  const [{ balances }] = await ledger('SELECT count(*)::int AS balances FROM balance');
  report.none('O2', drift, `${balances} balances are the fold of the legs`, 'balances differ from the fold of the legs');

  const equation = await ledger(
    `SELECT * FROM balance WHERE accrued - reversed - rejected <> pending + held + approved + payable + in_payout + paid - receivable + written_off`,
  );
  report.none('O2', equation, 'the balance equation holds for each of them', 'balances break the balance equation');

  // Where an entry's own legs have left its amount; a payout moves it on by legs of its own.
  const misplaced = await ledger(`SELECT e.id, e.bucket, l.account, l.amount FROM entry e
    JOIN (SELECT t.entry_id, l.account, sum(l.amount) AS amount FROM ledger_leg l JOIN ledger_transaction t ON t.id = l.transaction_id
          WHERE t.entry_id IS NOT NULL AND l.account <> 'brand-expense' GROUP BY 1, 2 HAVING sum(l.amount) <> 0) l ON l.entry_id = e.id
    WHERE e.id = e.entry_id AND (l.amount <> e.amount OR l.account <> CASE WHEN e.bucket IN ('in-payout', 'paid') THEN 'payable' ELSE e.bucket END)`);
  report.none(
    'O2',
    misplaced,
    'the legs of every entry leave its amount in the bucket that it says',
    'entries lie elsewhere than their legs say',
  );
}

/** O6: what the rail's own books say left, against what the ledger believes. */
export async function checkRail({ databases, report }) {
  const payouts = await databases.rows(
    'payouts',
    `SELECT p.id, p.status, p.amount, p.currency, p.rail_key AS "railKey",
      (SELECT coalesce(sum(amount), 0)::bigint FROM payout_line WHERE payout_id = p.id) + (SELECT coalesce(sum((charge ->> 'amount')::bigint), 0)::bigint FROM jsonb_array_elements(p.charges) charge) AS lines,
      (SELECT count(*)::int FROM simulator_money_out m WHERE m.payout_id = p.id AND m.amount > 0) AS transfers,
      (SELECT coalesce(sum(amount), 0)::bigint FROM simulator_money_out m WHERE m.payout_id = p.id AND m.amount > 0 AND m.currency = p.currency AND m.rail_key = p.id) AS moved
    FROM payout p`,
  );
  const wrong = payouts.filter(({ status, amount, lines, transfers, moved }) => {
    if (lines !== amount || transfers > 1) return true;
    if (status === 'settled') return transfers !== 1 || moved !== amount;
    return status !== 'failed' || transfers !== 0;
  });
  const stray = await databases.rows(
    'payouts',
    'SELECT * FROM simulator_money_out m WHERE NOT EXISTS (SELECT FROM payout p WHERE p.id = m.payout_id)',
  );
  const twice = await databases.rows(
    'payouts',
    `SELECT line.item_id FROM payout_line line JOIN payout p ON p.id = line.payout_id WHERE p.status = 'settled' GROUP BY 1 HAVING count(*) > 1`,
  );
  const paid = payouts.filter(({ status }) => status === 'settled');
  const sum = paid.reduce((total, { amount }) => total + BigInt(amount), 0n);
  const { booked, out } = await databases.row(
    'payouts',
    `SELECT (SELECT coalesce(sum(amount), 0)::text FROM ledger_leg WHERE account = 'paid') AS booked, (SELECT coalesce(sum(amount), 0)::text FROM simulator_money_out) AS out`,
  );
  if (booked !== String(sum) || out !== String(sum)) wrong.push({ settled: String(sum), booked, out });
  report.none(
    'O6',
    [...wrong, ...stray, ...twice],
    `${payouts.length} payouts, ${paid.length} settled: the rail moved ${out} minor units, each payout at most once, as booked`,
    'payouts differ from the books of the rail',
  );
}
