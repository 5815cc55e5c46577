import { ENGINE_VERSION, type FoldResult, foldConversion, toInput } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { ratesFor } from '../../fx/rate-store.js';
import { type Case, refundsInTheEnd, sortOut } from '../case.js';
import { type Inputs, inputsOf } from '../domain/causes.js';
import { toConversion } from '../domain/fact.js';
import { lockFacts } from '../fact-store.js';
import { placesOf } from '../stream-store.js';
import { inputOf, loadWorld, type World } from '../world.js';

/** What a fold is given now, by conversion and scope. */
export type InputsNow = (conversionId: string, scope: string) => Inputs | undefined;

/** Folds conversions that have been rated once more, also those that earn nothing, to see what the fold is given. */
export async function foldAgain(tx: Tx, conversionIds: readonly string[]): Promise<InputsNow> {
  const { cases } = await sortOut(tx, await lockFacts(tx, conversionIds), 'circumstances');
  const world = await loadWorld(tx, cases, ratesFor);
  const places = Object.fromEntries(await placesOf(tx, conversionIds));
  const folded = new Map(
    cases.map((one) => {
      const fold = foldConversion(inputOf(world, one, refundsInTheEnd(one), places));
      return [one.original.conversionId, { one, fold }];
    }),
  );
  return (conversionId, scope) => {
    const found = folded.get(conversionId);
    return found && inputsFor(world, found.one, found.fold, scope);
  };
}

/** Of a scope that the fold still names, what its explanation keeps; else what the fold as a whole went by. */
function inputsFor(world: World, one: Case, fold: FoldResult, scope: string): Inputs {
  const named = fold.scopes.find((own) => own.scope === scope);
  if (named) return inputsOf(named.explanation);
  const refunds = refundsInTheEnd(one).map((refund) => toInput(toConversion(refund)));
  const { deal } = fold;
  return {
    engineVersion: ENGINE_VERSION,
    conversion: toInput(toConversion(one.original)),
    refunds,
    deal: world.versions.find(({ dealId, version }) => dealId === deal?.dealId && version === deal.version) ?? null,
    otherDeals: [],
    circumstances: inputOf(world, one, []).circumstances ?? null,
    place: null,
  };
}
