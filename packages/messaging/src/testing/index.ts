export { type BrokerControl, brokerControl, findRabbitmq } from './broker-control.js';
export { sampleCatalogue, sampleDefinitions } from './sample-catalogue.js';
