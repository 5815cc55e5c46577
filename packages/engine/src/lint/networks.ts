import { goesByCountry } from '../networks.js';
import type { NetworkKind } from '../types.js';
import { type Finding, type Subject, warning } from './finding.js';

const every: Readonly<Record<NetworkKind, true>> = {
  residential: true,
  mobile: true,
  business: true,
  'data-centre': true,
  vpn: true,
  proxy: true,
  tor: true,
};

/** Networks that are refused where it makes no sense, or not where it would. */
export function lintNetworks({ terms, index, at }: Subject): Finding[] {
  const component = terms.components[index];
  const refused = component?.qualify?.refusedNetworks ?? [];
  const pointer = `${at}/qualify/refusedNetworks`;
  if (component && refused.length === 0 && goesByCountry(component)) {
    const message = 'The country decides, and no network is refused: who hides where he is chooses what is paid.';
    return [warning(pointer, 'hidden-countries-are-paid', message)];
  }
  if (refused.length < Object.keys(every).length) return [];
  return [warning(pointer, 'every-network-is-refused', 'Every kind of network is refused: only what has no verdict is paid.')];
}
