import type { recordRiskSignal } from '@tributary/contracts';
import type { BodyOf, KeyRing } from '@tributary/service-kit';
import { isPrivateDomain, normalisedAccount, normalisedAddress, normalisedEmail } from '../domain/identity.js';
import type { Signal } from '../domain/rule.js';
import type { DisposableDomains, NetworkVerdicts } from './ports.js';

export interface SignalSources {
  keys: Pick<KeyRing, 'hmac'>;
  domains: DisposableDomains;
  networks: NetworkVerdicts;
}
type Body = BodyOf<typeof recordRiskSignal>;
type Told = Omit<Signal, 'id'>;

/** What is kept of what was told: keyed hashes and verdicts. The same under one key for partners and customers, so that they compare. */
export async function readSignals(sources: SignalSources, body: Body): Promise<Told[]> {
  const { keys } = sources;
  const hashed = (kind: 'device' | 'address' | 'email' | 'email-domain', text: string): Told => ({
    kind,
    value: keys.hmac(`risk-${kind}`, text),
  });
  const told: Told[] = [];
  const network = body.ip === undefined ? [] : networkOf(sources, body.ip);
  const email = body.email === undefined ? null : normalisedEmail(body.email);
  if (email) {
    told.push(hashed('email', email.address), { kind: 'email-class', value: await classOf(sources, email.domain) });
    if (isPrivateDomain(email.domain)) told.push(hashed('email-domain', email.domain));
  }
  if (body.device !== undefined) told.push(hashed('device', body.device));
  if (body.postalAddress !== undefined) told.push(hashed('address', normalisedAddress(body.postalAddress)));
  // As payouts hashes the accounts that it pays to.
  if (body.account !== undefined)
    told.push({ kind: 'account', value: keys.hmac('payout-account', `iban:${normalisedAccount(body.account)}`) });
  told.push(...(await network));
  if (body.landingParameters !== undefined) told.push(...parametersOf(body.landingParameters));
  return [...new Map(told.map((one) => [`${one.kind} ${one.value}`, one])).values()];
}

const classOf = ({ domains }: SignalSources, domain: string): Promise<string> =>
  domains.isDisposable(domain).then(
    (disposable) => (disposable ? 'disposable' : 'ordinary'),
    () => 'unknown',
  );

const networkOf = ({ networks }: SignalSources, ip: string): Promise<Told[]> =>
  networks.verdictOf(ip).then(
    ({ network, country }) => [
      { kind: 'network', value: network },
      { kind: 'country', value: country ?? 'unknown' },
    ],
    () => [
      { kind: 'network', value: 'unknown' },
      { kind: 'country', value: 'unknown' },
    ],
  );

/** Click ids name a person's visit: that there was one is enough. Campaigns are the brand's own names. */
function parametersOf(given: Readonly<Record<string, string>>): Told[] {
  const named = Object.entries(given).map(([name, value]): Told => {
    const isCampaign = /campaign/.test(name) && value !== '' && !value.includes('@');
    return { kind: 'parameter', value: isCampaign ? `${name}=${value}` : name };
  });
  return named.length > 0 ? named : [{ kind: 'parameter', value: '-' }];
}
