import { runService } from '@tributary/service-kit';
import { compose } from './composition.js';

await runService(compose);
