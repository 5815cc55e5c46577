import type { Bus } from '@tributary/messaging';
import type { Express } from 'express';
import type pg from 'pg';
import { currentTelemetry } from '../platform/telemetry.js';
import type { Readiness } from '../types.js';

export type Phase = 'new' | 'running' | 'stopping';

/** Ready when it runs and has its database. Without the bus it is degraded: intake goes on, into the outbox. */
export async function readinessOf(phase: Phase, pool: pg.Pool, bus: Bus): Promise<Readiness> {
  if (phase !== 'running') return { status: 'not-ready', reasons: [phase === 'new' ? 'starting' : 'stopping'] };
  const answered = await pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
  if (!answered) return { status: 'not-ready', reasons: ['database is away'] };
  const state = bus.state();
  return state === 'up' ? { status: 'ready', reasons: [] } : { status: 'degraded', reasons: [`bus is ${state}`] };
}

/** `/healthz` (the process lives), `/readyz` (503 only when it cannot work) and `/metrics` (Prometheus). */
export function mountHealth(app: Express, readiness: () => Promise<Readiness>): void {
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    const ready = await readiness();
    response.status(ready.status === 'not-ready' ? 503 : 200).json(ready);
  });
  app.get('/metrics', (request, response) => {
    const telemetry = currentTelemetry();
    if (telemetry) telemetry.metricsHandler(request, response);
    else response.status(200).type('text/plain').send('');
  });
}
