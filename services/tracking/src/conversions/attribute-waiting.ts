import type { Outbox, Tx } from '@tributary/messaging';
import { lockUnattributed, saveDecided } from './attributed-store.js';
import { type Arrival, type Due, forgetAwaited, rememberAwaited, waitingFor } from './awaited-store.js';
import { bind, conversionData } from './conversion-store.js';
import { decideBatch } from './domain/decide-batch.js';
import { publishAttributed } from './publish-attributed.js';
import { readWorld } from './world-store.js';

/** Conversions looked at in one step, and steps in one transaction; the safety net takes what is left. */
const most = 1000;
const stepsMost = 20;

/**
 * Looks again at conversions that had no partner. Those who find one now get it and are published as attributed, which may settle
 * others in turn (a customer bound, an original attributed); the rest goes on waiting.
 */
export async function attributeWaiting(tx: Tx, outbox: Outbox, first: readonly Due[], now: Date): Promise<number> {
  let due = first;
  let attributed = 0;
  for (let step = 0; due.length > 0 && step < stepsMost; step++) {
    const { arrivals, count } = await lookAgain(tx, outbox, due, now);
    attributed += count;
    due = await waitingFor(tx, arrivals, most);
  }
  return attributed;
}

/** Gives conversions their partner that were only waiting for these. */
export async function onArrivals(tx: Tx, outbox: Outbox, arrivals: readonly Arrival[], now: Date): Promise<void> {
  await attributeWaiting(tx, outbox, await waitingFor(tx, arrivals, most), now);
}

async function lookAgain(tx: Tx, outbox: Outbox, due: readonly Due[], now: Date): Promise<{ arrivals: Arrival[]; count: number }> {
  const attempts = new Map(due.map((row) => [row.conversionId, row.attempts + 1]));
  const ids = [...attempts.keys()];
  const conversions = await lockUnattributed(tx, ids);
  await forgetAwaited(tx, ids);
  if (conversions.length === 0) return { arrivals: [], count: 0 };

  const batch = decideBatch(conversions, await readWorld(tx, conversions), now);
  const decided = conversions.map((conversion) => {
    const decision = batch.decisions.get(conversion.conversionId);
    if (!decision) throw new Error(`conversion ${conversion.conversionId} was not decided`);
    return { conversion, decision, data: conversionData(conversion, decision) };
  });
  await saveDecided(
    tx,
    decided.map(({ data }) => data),
  );
  await bind(tx, batch, now);
  const settled = decided.filter(({ decision }) => decision.attribution !== null);
  const open = decided.filter(({ decision }) => decision.attribution === null);
  await rememberAwaited(
    tx,
    open.map(({ conversion, decision }) => ({ ...conversion, decision, attempts: attempts.get(conversion.conversionId) ?? 1 })),
  );
  await publishAttributed(tx, outbox, settled, now);
  const boundNow: Arrival[] = batch.bindings.map(({ customerId }) => ({
    kind: 'customer',
    key: customerId,
    brandId: conversions.find((conversion) => conversion.customerId === customerId)?.brandId ?? '',
  }));
  const originals: Arrival[] = settled.map(({ conversion }) => ({
    kind: 'original',
    key: conversion.eventId,
    brandId: conversion.brandId,
  }));
  return { arrivals: [...boundNow, ...originals], count: settled.length };
}
