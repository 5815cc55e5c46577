import { conformance } from './testing/conformance.js';
import { inProcessRig } from './testing/rig.js';

conformance('the in-process bus', inProcessRig);
