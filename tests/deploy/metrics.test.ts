// Every metric and label that a dashboard or an alert names is in a scrape of the running platform, after a sale was made and rated.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serviceNames } from '@tributary/contracts';
import { type Platform, readSettings, startPlatform } from '@tributary/standalone/testing';
import { eventually } from '@tributary/testkit';
import { parse } from 'yaml';
import { freePort } from '../../scripts/lib/processes.mjs';
import { client } from '../journeys/client.js';
import { readExpression, readScrape, type Scrape } from './prometheus.js';

const deploy = path.resolve(import.meta.dirname, '../../deploy');
const read = (file: string) => readFileSync(path.join(deploy, file), 'utf8');
const folder = mkdtempSync(path.join(tmpdir(), 'tributary-metrics-'));
const adminKey = 'trib_metrics_first_operator';
let platform: Platform;
let scrape: Scrape;

interface Named {
  where: string;
  expression: string;
  legend?: string;
}
interface Dashboard {
  uid: string;
  title: string;
  panels: { id: number; title: string; datasource: { uid: string }; targets: { expr: string; legendFormat: string }[] }[];
}
interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

const dashboards = readdirSync(path.join(deploy, 'grafana/dashboards')).map(
  (file) => JSON.parse(read(`grafana/dashboards/${file}`)) as Dashboard,
);
const rules = (parse(read('prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const expressions: Named[] = [
  ...dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr, legendFormat }) => ({ where: `${title} / ${panel.title}`, expression: expr, legend: legendFormat })),
    ),
  ),
  ...rules.map(({ alert, expr, annotations }) => ({
    where: alert,
    expression: expr,
    legend: annotations.summary.replaceAll('$labels.', ''),
  })),
];

beforeAll(async () => {
  const port = await freePort();
  const settings = readSettings({
    PORT: String(port),
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
  });
  platform = await startPlatform(settings);
  const url = `http://127.0.0.1:${port}`;
  await sell(url);
  await eventually(
    'money is measured',
    async () => {
      scrape = readScrape(await (await fetch(`${url}/metrics`)).text());
      return scrape.has('tributary_money_minor') && scrape.has('tributary_messaging_parked_now');
    },
    20_000,
  );
}, 180_000);
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** One sale, rated; then the clock is moved, at which services measure. */
async function sell(url: string): Promise<void> {
  const admin = client(url, adminKey);
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
  const at = (plusMs: number) => new Date(Date.parse(now) + plusMs).toISOString();
  const brand = await admin.expect(201, 'POST', '/api/v1/brands', { name: 'Acme', slug: 'acme', currency: 'EUR', timeZone: 'UTC' });
  const partner = await admin.expect(201, 'POST', '/api/v1/partners', {
    name: 'Ada',
    email: 'ada@example.com',
    country: 'GB',
    type: 'affiliate',
  });
  await admin.expect(201, 'POST', `/api/v1/partners/${partner.id}/enrollments`, { brandId: brand.id });
  const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }], holdDays: 1 };
  await admin.expect(201, 'POST', '/api/v1/deals', { partnerId: partner.id, brandId: brand.id, effectiveFrom: at(-86_400_000), terms });
  const link = await admin.expect(201, 'POST', '/api/v1/links', {
    partnerId: partner.id,
    brandId: brand.id,
    destinationUrl: 'https://shop.example/',
  });
  const click = await client(url, undefined).call('GET', new URL(link.url).pathname);
  const clickId = new URL(click.headers.get('location') ?? '').searchParams.get('click_id');
  const sale = { type: 'sale', eventId: 'sale-1', brandId: brand.id, occurredAt: at(1), clickId, amount: 10_000, currency: 'EUR' };
  await admin.expect(202, 'POST', '/api/v1/events', sale);
  await eventually(
    'the sale is in the ledger',
    async () => {
      const { balances } = await admin.expect(200, 'GET', `/api/v1/partners/${partner.id}/balance`);
      return balances.some((balance: { accrued: number }) => balance.accrued === 1_000);
    },
    30_000,
  );
  await admin.expect(200, 'POST', '/api/v1/clock', { now: at(2 * 86_400_000) });
}

/** Metrics of Prometheus itself and of servers that are not ours; and the label of the target. */
const outside = new Set(['up']);
const labelsOfTargets = ['service', 'job'];

test('Q-09 D-13 every metric and label of dashboards and alerts is in a scrape', () => {
  expect(expressions.length).toBeGreaterThan(30);
  const missing = expressions.flatMap(({ where, expression, legend = '' }) => {
    const { metrics, groupedBy } = readExpression(expression);
    expect(metrics.length).toBeGreaterThan(0);
    const used = [...groupedBy, ...[...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label)].filter(
      (label) => label !== 'le',
    );
    return metrics.flatMap(({ name, labels }) => {
      const samples = scrape.get(name);
      if (outside.has(name))
        return [...labels, ...used].filter((label) => !labelsOfTargets.includes(label)).map((label) => `${where}: ${name}{${label}}`);
      if (!samples) return [`${where}: ${name}`];
      return [...labels, ...used]
        .filter((label) => !samples.some((sample) => label in sample.labels))
        .map((label) => `${where}: ${name}{${label}}`);
    });
  });
  expect(missing).toEqual([]);
});

test('Q-09 per service: messages in, out, retried and dead-lettered, and the age of the oldest', () => {
  const perService = ['published_total', 'received_total', 'retried_total', 'parked_total', 'outbox_age', 'pending_age'];
  for (const metric of perService) {
    const services = new Set(scrape.get(`tributary_messaging_${metric}`)?.map(({ labels }) => labels['service']));
    expect([metric, [...services].sort()]).toEqual([metric, [...serviceNames].sort()]);
  }
});

test('Q-09 D-13 money accrued, held, in flight and settled; nothing unrated; an imbalance of 0', () => {
  const money = Object.fromEntries((scrape.get('tributary_money_minor') ?? []).map(({ labels, value }) => [labels['state'], value]));
  expect(money).toEqual({ accrued: 1_000, held: 0, 'in-flight': 0, settled: 0 });
  for (const metric of ['tributary_ledger_imbalance_minor', 'tributary_balance_drift'])
    expect(scrape.get(metric)?.map(({ value }) => value)).toEqual([0]);
  expect(scrape.get('tributary_commission_unrated')?.map(({ value }) => value)).toEqual([0, 0]);
});

test('the check finds a metric and a label that are not there', () => {
  expect(readExpression('sum by (a, le) (rate(x_total{b=~"5..", c!="d"}[5m])) / y > 0.5')).toEqual({
    metrics: [
      { name: 'x_total', labels: ['b', 'c'] },
      { name: 'y', labels: [] },
    ],
    groupedBy: ['a', 'le'],
  });
  expect(readScrape('# TYPE a counter\na{b="c",d="e\\"f"} 1.5 123\ng 2')).toEqual(
    new Map([
      ['a', [{ labels: { b: 'c', d: 'e\\"f' }, value: 1.5 }]],
      ['g', [{ labels: {}, value: 2 }]],
    ]),
  );
});

test('each alert says how grave it is and names a runbook that exists; each panel asks the provisioned data source', () => {
  const runbooks = readdirSync(path.join(deploy, 'runbooks')).map((file) => `deploy/runbooks/${file}`);
  for (const { alert, labels, annotations } of rules) {
    expect([alert, runbooks]).toEqual([alert, expect.arrayContaining([annotations.runbook])]);
    expect(['warning', 'critical']).toContain(labels.severity);
  }
  const sources = (parse(read('grafana/provisioning/datasources/datasources.yml')) as { datasources: { uid: string }[] }).datasources.map(
    ({ uid }) => uid,
  );
  for (const { panels } of dashboards) {
    for (const panel of panels) expect(sources).toContain(panel.datasource.uid);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  }
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
});

test('Prometheus scrapes each service, and promtool finds its configuration and rules right', () => {
  const config = parse(read('prometheus/prometheus.yml')) as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  };
  const targets = config.scrape_configs.find(({ job_name }) => job_name === 'tributary')?.static_configs.flatMap((one) => one.targets);
  expect(targets?.sort()).toEqual(serviceNames.map((name) => `${name}:8080`).sort());
  if (spawnSync('promtool', ['--version']).status !== 0)
    return void process.stdout.write('promtool is not installed (Debian: the package prometheus): rules were not checked with it\n');
  const promtool = (...args: string[]) => execFileSync('promtool', args, { cwd: path.join(deploy, 'prometheus'), encoding: 'utf8' });
  expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
});

/** What the configuration uses of the contrib distribution of the collector. */
const components: Record<string, string[]> = {
  receivers: ['otlp'],
  processors: ['memory_limiter', 'batch'],
  exporters: ['otlp', 'otlphttp', 'debug'],
  extensions: ['health_check'],
};

test("the collector's configuration names known components only, and each one that is set up is used", () => {
  const config = parse(read('otel-collector/config.yaml')) as Record<string, Record<string, unknown>> & {
    service: { extensions: string[]; pipelines: Record<string, Record<string, string[]>> };
  };
  expect(Object.keys(config).sort()).toEqual([...Object.keys(components), 'service'].sort());
  for (const [kind, known] of Object.entries(components)) {
    const names = Object.keys(config[kind] ?? {});
    for (const name of names) expect(known).toContain(name.split('/')[0]);
    const used =
      kind === 'extensions'
        ? config.service.extensions
        : Object.values(config.service.pipelines).flatMap((pipeline) => pipeline[kind] ?? []);
    expect([...used].sort()).toEqual(names.sort());
  }
});
