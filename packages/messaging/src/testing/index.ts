export { sampleCatalogue, sampleDefinitions } from './sample-catalogue.js';
