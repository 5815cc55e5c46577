/** A click as it is stored; made before the redirect is answered. */
export interface NewClick {
  id: string;
  linkId: string;
  partnerId: string;
  brandId: string;
  programId: string;
  /** ISO 8601, by the business clock. */
  clickedAt: string;
  visitor: string;
  isBot: boolean;
  device: Device;
  referrerHost: string | null;
  /** sub1 to sub5, those that there are. */
  subIds: Readonly<Record<string, string>> | null;
  traceparent: string;
  /** Becomes a conversion if it is its visitor's first on the link within a day and no bot's. */
  mayBeEvent: boolean;
}

export type Device = 'bot' | 'mobile' | 'tablet' | 'desktop';

/** The kind of device, as coarse as a report needs it. */
export function deviceOf(userAgent: string, bot: boolean): Device {
  if (bot) return 'bot';
  if (/ipad|tablet|kindle|silk|android(?!.*mobile)/i.test(userAgent)) return 'tablet';
  return /mobi|iphone|ipod|android/i.test(userAgent) ? 'mobile' : 'desktop';
}

/** The host of a referrer: where visitors come from, without what they were reading. */
export function hostOf(referrer: string | undefined): string | null {
  const host = referrer === undefined ? undefined : /^https?:\/\/([^/?#\s@]{1,255})(?:[/?#]|$)/i.exec(referrer)?.[1];
  return host?.toLowerCase() ?? null;
}

const subNames: ReadonlySet<string> = new Set(['sub1', 'sub2', 'sub3', 'sub4', 'sub5']);
const subLengthMost = 200;

/** The link's sub ids with those of the request's query over them; null when there are none. */
export function subIdsOf(own: Readonly<Record<string, string>>, search: string): Readonly<Record<string, string>> | null {
  const asked = search.includes('sub') ? [...new URLSearchParams(search)].filter(([name]) => subNames.has(name)) : [];
  const subIds = {
    ...own,
    ...Object.fromEntries(asked.map(([name, value]) => [name, value.replaceAll('\0', '').slice(0, subLengthMost)])),
  };
  return asked.length > 0 || Object.keys(own).length > 0 ? subIds : null;
}

/** A destination cut where the click id goes in: after its own query, before its fragment. */
export interface Destination {
  before: string;
  after: string;
}

export function destinationOf(url: string): Destination {
  const hash = url.indexOf('#');
  const [address, fragment] = hash < 0 ? [url, ''] : [url.slice(0, hash), url.slice(hash)];
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return { before: `${address}${joint}click_id=`, after: fragment };
}
