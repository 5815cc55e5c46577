import { z } from 'zod';
import type { DisposableDomains } from '../signals/ports.js';
import { askJson } from './ask-json.js';

const bundled = `0-mail.com 10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net anonymbox.com burnermail.io bugmenot.com
byom.de cock.li deadaddress.com discard.email discardmail.com discardmail.de dispostable.com dropmail.me emailondeck.com emailtemporario.com.br
fakeinbox.com fakemail.net fakemailgenerator.com getairmail.com getnada.com grr.la guerrillamail.biz guerrillamail.com guerrillamail.de
guerrillamail.net guerrillamail.org guerrillamailblock.com harakirimail.com inboxbear.com inboxkitten.com incognitomail.org jetable.org
mail-temporaire.fr mail.tm mailcatch.com maildrop.cc mailexpire.com mailforspam.com mailinator.com mailinator.net mailnesia.com mailnull.com
mailsac.com mailtemp.info mintemail.com moakt.com mohmal.com mytemp.email mytrashmail.com nada.email nowmymail.com sharklasers.com
sogetthis.com spam4.me spambog.com spambox.us spamex.com spamgourmet.com temp-mail.io temp-mail.org tempail.com tempinbox.com tempmail.dev
tempmail.net tempmailaddress.com tempmailo.com tempr.email throwawaymail.com trash-mail.com trashmail.com trashmail.de trashmail.me
trashmail.net wegwerfemail.de yopmail.com yopmail.fr yopmail.net zoemail.org`;

/** A list that comes with the service; hosts below a listed domain are of it. */
export function bundledDomains(text: string = bundled): DisposableDomains {
  const listed = new Set(text.split(/\s+/));
  return {
    isDisposable(domain) {
      const parts = domain.toLowerCase().split('.');
      return Promise.resolve(parts.some((_, at) => listed.has(parts.slice(at).join('.'))));
    },
  };
}

const answer = z.object({ disposable: z.boolean() });
/** A list service: `GET {url}/{domain}` answers `{"disposable": true}`. */
export const httpDomains = (url: string): DisposableDomains => ({
  isDisposable: async (domain) => answer.parse(await askJson(url, domain)).disposable,
});
