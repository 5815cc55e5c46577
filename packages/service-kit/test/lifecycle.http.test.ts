import { expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { buildService, closeServer, createServer, type Job, listen, type ServiceEnvironment } from '@tributary/service-kit';
import { eventually, startTestService, type TestService } from '@tributary/testkit';
import { brandEvent } from './brands.js';
import { composeNotes } from './notes/notes.js';

const composeWith = (jobs: Job[]) => (environment: ServiceEnvironment) =>
  buildService({
    name: 'notifications',
    environment,
    prismaDirectory: new URL('./notes/prisma/', import.meta.url),
    appendOnly: ['note_history'],
    parts: () => ({ routes: [], subscriptions: {}, jobs }),
  });

test('enqueued jobs run by themselves, soon after the commit', async () => {
  const brandId = newId('brand');
  const notes = await startTestService(composeNotes, { jobs: 'workers' });
  try {
    await notes.deliver(brandEvent(brandId));
    await notes.request().post('/api/v1/notes').send({ brandId, body: 'remind me' }).expect(201);
    await eventually(
      'the reminder has run',
      async () => (await notes.sql('SELECT 1 FROM note WHERE reminded_at IS NOT NULL')).length === 1,
    );
  } finally {
    await notes.stop();
  }
});

test('a repeating job runs in one instance at a time; a failing job of the clock says so and the others run', async () => {
  let runs = 0;
  const service = await startTestService(
    composeWith([
      {
        name: 'tick',
        everySeconds: 0.05,
        run: async () => {
          runs++;
        },
      },
      { name: 'broken', onClock: true, run: async () => Promise.reject(new Error('broken')) },
      {
        name: 'sound',
        onClock: true,
        run: async () => {
          runs += 1000;
        },
      },
    ]),
    { jobs: 'workers' },
  );
  try {
    await eventually('it has repeated', () => runs >= 3);
    await expect(service.service.runDueJobs()).rejects.toThrow('1 jobs failed');
    expect(runs).toBeGreaterThanOrEqual(1000);
  } finally {
    await service.stop();
  }
});

test('a stop lets a running job finish, and answers not ready meanwhile', async () => {
  let release: () => void = () => undefined;
  let finished = false;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const service = await startTestService(
    composeWith([
      {
        name: 'slow',
        onClock: true,
        run: async () => {
          await gate;
          finished = true;
        },
      },
    ]),
  );
  const running = service.service.runDueJobs();
  const stopping = service.service.stop();
  expect(await service.service.readiness()).toEqual({ status: 'not-ready', reasons: ['stopping'] });
  release();
  await Promise.all([running, stopping]);
  expect(finished).toBe(true);
  await service.stop();
});

test('a server that closes lets requests in flight finish and takes no more', async () => {
  let answer: () => void = () => undefined;
  let arrived: () => void = () => undefined;
  const inFlight = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const server = createServer((_request, response) => {
    answer = () => response.end('done');
    arrived();
  });
  const port = await listen(server, 0, '127.0.0.1');
  const response = fetch(`http://127.0.0.1:${port}/`);
  await inFlight;
  const closed = closeServer(server);
  answer();
  expect(await (await response).text()).toBe('done');
  await closed;
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});

test('the simulated clock survives a restart', async () => {
  const first = await startTestService(composeNotes, { now: new Date('2026-01-01T00:00:00Z') });
  await first.moveClock('2030-01-01T00:00:00Z');
  const kept = await first.sql<{ now: Date }>('SELECT now FROM kit.clock');
  expect(kept[0]?.now.toISOString()).toBe('2030-01-01T00:00:00.000Z');
  const { database } = first;
  await first.service.stop();
  const second: TestService<undefined> = await startTestService(composeNotes, { database });
  expect(second.clock.now().getUTCFullYear()).toBe(2030);
  await second.stop();
  await first.stop();
});

test('ten services live in one process on few connections and stop cleanly', async () => {
  const services = await Promise.all(Array.from({ length: 10 }, () => startTestService(composeNotes, { jobs: 'workers' })));
  for (const one of services) await one.anonymous().get('/readyz').expect(200);
  const [row] =
    (await services[0]?.sql<{ n: number }>(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'notifications %'",
    )) ?? [];
  expect(row?.n).toBeLessThan(90);
  await Promise.all(services.map((one) => one.stop()));
});
