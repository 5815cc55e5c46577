export { type GoldenStory, goldenStory } from './golden-story.js';
export { archive, bundleOf, type TestKey, testKey } from './sample-bundle.js';
