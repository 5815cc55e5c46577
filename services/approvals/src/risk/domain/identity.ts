/** Mail services that read every address of a person's as one: dots do not count there. */
const dotless: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);
/** Where anybody has an address: to share the domain says nothing. */
const publicDomains: ReadonlySet<string> = new Set([
  ...dotless,
  'outlook.com',
  'hotmail.com',
  'live.com',
  'msn.com',
  'yahoo.com',
  'icloud.com',
  'me.com',
  'mac.com',
  'aol.com',
  'proton.me',
  'protonmail.com',
  'gmx.de',
  'gmx.net',
  'web.de',
  't-online.de',
  'mail.ru',
  'yandex.ru',
  'qq.com',
  '163.com',
  'zoho.com',
]);

/** An e-mail address as its mailbox is: lower case, without plus-tag, without the dots that Gmail does not read. Null when it is none. */
export function normalisedEmail(text: string): { address: string; domain: string } | null {
  const match = /^([^\s@]{1,64})@([^\s@]{1,255}\.[^\s@.]{2,})$/.exec(text.trim().toLowerCase().normalize('NFC'));
  if (!match?.[1] || !match[2]) return null;
  const domain = match[2] === 'googlemail.com' ? 'gmail.com' : match[2];
  const tagged = match[1].split('+', 1)[0] ?? '';
  const local = dotless.has(domain) ? tagged.replaceAll('.', '') : tagged;
  return local === '' ? null : { address: `${local}@${domain}`, domain };
}
/** Whether to share this domain says something. */
export const isPrivateDomain = (domain: string): boolean => !publicDomains.has(domain);
/** An account number as banks exchange it. */
export const normalisedAccount = (text: string): string => text.replaceAll(/[\s-]/g, '').toUpperCase();
/** A postal address as two people may write it. */
export const normalisedAddress = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** A pattern of hosts, `*` for one part or more: `*.coupons.example`. Without a star also the hosts below are not meant. */
export function hostMatches(pattern: string, host: string): boolean {
  const source = pattern
    .toLowerCase()
    .split('*')
    .map((part) => part.replaceAll(/[.\\+?^${}()|[\]]/g, '\\$&'))
    .join('[^/]+');
  return new RegExp(`^${source}$`).test(host.toLowerCase());
}
