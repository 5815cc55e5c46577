import type { Mail } from '../mailer.js';

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

/** A mail as nodemailer takes it; the same Message-ID at every attempt. */
export function mailFields(mail: Mail, from: string) {
  const domain = /@([^\s@>]+)>?\s*$/.exec(from)?.[1] ?? 'tributary.invalid';
  return {
    from,
    to: { name: oneLine(mail.to.name), address: mail.to.email },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    messageId: `<${mail.id}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
