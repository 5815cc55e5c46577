import { afterEach, beforeEach, describe } from '@jest/globals';
import type { MessagingSettings } from '../messaging-options.js';
import type { Consumer } from '../ports.js';
import { crashCases } from './conformance-crashes.js';
import { deliveryCases } from './conformance-delivery.js';
import { failureCases } from './conformance-failures.js';
import { healingCases } from './conformance-healing.js';
import { type LabService, makeDatabase, makeService, type TestDatabase } from './lab.js';
import { recordAll } from './record.js';
import type { Rig } from './rig.js';
import { sampleCatalogue } from './sample-catalogue.js';

/** What each case of the suite works with. */
export interface Stage {
  rig(): Rig;
  /** A service on the rig's bus; subscriptions default to recording every type that the catalogue gives it. */
  service(name: string, subscriptions?: Record<string, Consumer>, settings?: Partial<MessagingSettings>): Promise<LabService>;
  /** Shop, billing and stats, each recording what it gets. */
  house(): Promise<{ shop: LabService; billing: LabService; stats: LabService }>;
  database(name: string): Promise<TestDatabase>;
}

/** The suite that every bus adapter passes. Each case has queues and databases of its own. */
export function conformance(name: string, makeRig: () => Promise<Rig>): void {
  describe(`messaging over ${name}`, () => {
    let current: Rig | undefined;
    let services: LabService[] = [];
    let databases: TestDatabase[] = [];
    const rig = (): Rig => {
      if (current === undefined) throw new Error('there is no rig outside of a case');
      return current;
    };
    const database = async (of: string): Promise<TestDatabase> => {
      const made = await makeDatabase(of);
      databases.push(made);
      return made;
    };
    const service: Stage['service'] = async (of, subscriptions = recordAll(of), settings = {}) => {
      const made = await makeService({
        name: of,
        bus: rig().busFor(of),
        catalogue: sampleCatalogue,
        subscriptions,
        settings,
        database: await database(of),
      });
      services.push(made);
      return made;
    };
    const stage: Stage = {
      rig,
      service,
      database,
      async house() {
        const [shop, billing, stats] = await Promise.all([service('shop'), service('billing'), service('stats')]);
        return { shop, billing, stats };
      },
    };
    const begin = async (): Promise<void> => {
      current = await makeRig();
    };
    const end = async (): Promise<void> => {
      await Promise.all(services.map((one) => one.stop()));
      await current?.close();
      await Promise.all(databases.map((one) => one.drop()));
      current = undefined;
      services = [];
      databases = [];
    };
    beforeEach(begin, 30_000);
    afterEach(end, 30_000);
    deliveryCases(stage);
    failureCases(stage);
    healingCases(stage);
    crashCases(stage);
  });
}
