import { foldConversion1 } from './engine-1/fold.js';
import type { EngineVersion, FoldInput, FoldResult } from './types.js';

/** The engine that rates new facts. */
export const ENGINE_VERSION: EngineVersion = 'engine-1';

// An engine is never changed once it has made an entry: another arithmetic is another version beside it.
const engines: Record<EngineVersion, (input: FoldInput) => FoldResult> = {
  'engine-1': foldConversion1,
};

export const engineVersions = Object.keys(engines) as readonly EngineVersion[];

/**
 * The commission of one conversion as a pure function of its facts: the same for any order and repetition of refunds
 * and deal versions. The terms are those in force when the conversion occurred, as all recorded versions say today.
 * `version` reruns an old engine. Throws a RangeError for an engine that does not exist.
 */
export function foldConversion(input: FoldInput, version: EngineVersion = ENGINE_VERSION): FoldResult {
  const engine = engines[version];
  if (!engine) throw new RangeError(`there is no engine ${JSON.stringify(version)}: ${engineVersions.join(', ')}`);
  return engine(input);
}
