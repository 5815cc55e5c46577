export { everyModelStory } from './every-model-story.js';
export { goldenStory } from './golden-story.js';
export { archive, bundleOf, type TestKey, testKey } from './sample-bundle.js';
export type { GoldenStory } from './teller.js';
