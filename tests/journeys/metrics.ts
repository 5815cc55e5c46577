import { expect } from '@jest/globals';
import { eventually } from '@tributary/testkit';
import type { Client } from './client.js';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What a Prometheus scrape says, read as Prometheus reads it. */
export async function scrape(url: string): Promise<Sample[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** Sum of the samples of a metric with these labels; undefined when there is none. */
function sum(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number | undefined {
  const found = samples.filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value));
  return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
}

const inAndOut = ['tracking', 'commission', 'approvals', 'payouts', 'notifications'];

/** Q-09, after a walk that settled one payout of 50.00 EUR. */
export async function expectPlatformMetrics(url: string, admin: Client): Promise<void> {
  let samples: Sample[] = [];
  const measured = async () => {
    // Moving the clock has money measured at once.
    const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
    await admin.expect(200, 'POST', '/api/v1/clock', { now: new Date(Date.parse(now) + 60_000).toISOString() });
    samples = await scrape(url);
    return sum(samples, 'tributary_money_minor', { currency: 'EUR', state: 'settled' }) === 5_000;
  };
  await eventually('the settled money is measured', measured, 60_000);
  const of = (name: string, labels?: Record<string, string>) => sum(samples, name, labels);
  for (const service of inAndOut) {
    expect([service, of('tributary_messaging_published_total', { service })]).toEqual([service, expect.any(Number)]);
    expect(of('tributary_messaging_published_total', { service })).toBeGreaterThan(0);
    expect(of('tributary_messaging_received_total', { service })).toBeGreaterThan(0);
    for (const none of ['retried_total', 'parked_total'])
      expect([service, none, of(`tributary_messaging_${none}`, { service })]).toEqual([service, none, expect.any(Number)]);
    expect(of('tributary_messaging_parked_total', { service })).toBe(0);
  }
  for (const gauge of samples.filter(({ name }) => /^tributary_messaging_(outbox|pending)_age/.test(name)))
    expect(gauge.value).toBeLessThan(60_000);
  expect(samples.some(({ name }) => name.startsWith('tributary_messaging_outbox_age'))).toBe(true);
  expect(of('tributary_money_minor', { currency: 'EUR', state: 'accrued' })).toBe(5_000);
  expect(of('tributary_money_minor', { currency: 'EUR', state: 'held' })).toBe(0);
  expect(of('tributary_money_minor', { currency: 'EUR', state: 'in-flight' })).toBe(0);
  expect(of('tributary_ledger_imbalance_minor')).toBe(0);
  expect(of('tributary_balance_drift')).toBe(0);
  expect(of('tributary_intake_outcomes_total', { outcome: 'accepted' })).toBe(1);
  expect(of('tributary_intake_outcomes_total', { outcome: 'rejected', reason: 'amount-required' })).toBe(1);
}
