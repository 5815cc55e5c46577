import { networkKinds } from '@tributary/contracts';
import { z } from 'zod';
import type { NetworkVerdicts } from '../signals/ports.js';
import { askJson } from './ask-json.js';

const answer = z.object({
  network: z.enum(networkKinds),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable()
    .default(null),
});

/** A verdict service: `GET {url}/{ip}` answers `{"network": "vpn", "country": "DE"}`. */
export const httpVerdicts = (url: string): NetworkVerdicts => ({
  verdictOf: async (ip) => answer.parse(await askJson(url, ip)),
});
/** None is set up: nothing is known of any network. */
export const noVerdicts: NetworkVerdicts = {
  verdictOf: () => Promise.reject(new Error('no service for network verdicts is set up')),
};
