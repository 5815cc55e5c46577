// The judge of a chaos run: `node tests/chaos/oracle.mjs <folder>`. It uses nothing of the product: Node, a PostgreSQL driver, SQL, what
// the client wrote down (history.ndjson), and the published catalogue (docs/reference/asyncapi.json). Exit code 1 on any difference.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkAudit } from './oracle/audit.mjs';
import { checkDelivery } from './oracle/delivery.mjs';
import { checkCommissions, checkInsights, checkIntake } from './oracle/effects.mjs';
import { readHistory } from './oracle/history.mjs';
import { checkLedger, checkRail } from './oracle/money.mjs';
import { openDatabases } from './oracle/sql.mjs';

const catalogue = fileURLToPath(new URL('../../docs/reference/asyncapi.json', import.meta.url));
const folder = process.argv[2];
if (!folder) {
  process.stderr.write('which run? node tests/chaos/oracle.mjs <folder>\n');
  process.exit(2);
}

const run = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8'));
const databases = openDatabases(run.postgresUrl);
let differences = 0;

/** One line a check; differences with examples. */
const report = {
  pass(check, sentence) {
    console.log(`PASS ${check} ${sentence}`);
  },
  fail(check, sentence, examples = []) {
    differences += 1;
    console.log(`FAIL ${check} ${sentence}`);
    for (const example of examples.slice(0, 5)) console.log(`       ${JSON.stringify(example)}`);
  },
  /** Passes when there are no differences. */
  none(check, found, sentence, wrong) {
    if (found.length === 0) report.pass(check, sentence);
    else report.fail(check, `${found.length} ${wrong}`, found);
  },
};

try {
  const history = await readHistory(path.join(folder, 'history.ndjson'));
  const bindings = bindingsOf(JSON.parse(readFileSync(catalogue, 'utf8')));
  printRun();
  await checkIntake({ databases, history, report });
  await checkCommissions({ databases, history, report });
  await checkInsights({ databases, report });
  await checkLedger({ databases, history, report });
  await checkRail({ databases, report });
  const outbox = await checkDelivery({ databases, bindings, report });
  await checkAudit({ databases, outbox, report });
} catch (error) {
  report.fail('--', `the oracle broke off: ${error.stack}`);
} finally {
  await databases.close();
}
console.log(differences === 0 ? `PASS: no difference (seed ${run.seed})` : `FAIL: ${differences} checks differ (seed ${run.seed})`);
process.exitCode = differences === 0 ? 0 : 1;

function printRun() {
  const points = run.faults.filter((fault) => fault.kind === 'crash');
  const count = (kind) => run.faults.filter((fault) => fault.kind === kind).length;
  console.log(`seed ${run.seed}, commit ${run.commit}, ${run.events} events, ${run.seconds} s`);
  console.log(
    `faults: ${points.filter((fault) => fault.reached).length} of ${points.length} crash points reached, ${count('kill')} random kills, ` +
      `${count('broker')} of the broker, ${count('freeze')} freezes, ${count('kill-all')} of all at once; ${run.deaths} processes died`,
  );
  for (const fault of points.filter(({ reached }) => !reached)) console.log(`  not reached: ${fault.fault}`);
  const { invoke, ok, fail, info } = run.calls;
  console.log(`calls: ${invoke} invoked, ${ok} ok, ${fail} failed, ${info} unknown`);
}

/** Producer and consumers of each type, from the published description. */
function bindingsOf({ operations }) {
  const bindings = {};
  for (const { action, channel, tags } of Object.values(operations)) {
    const type = channel.$ref.replace('#/channels/', '');
    const service = tags[0].name;
    bindings[type] ??= { producer: null, consumers: [] };
    if (action === 'send') bindings[type].producer = service;
    else bindings[type].consumers.push(service);
  }
  return bindings;
}
