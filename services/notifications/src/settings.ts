import path from 'node:path';
import { readEnvironment, type ServiceEnvironment, type Upstream } from '@tributary/service-kit';
import { z } from 'zod';

const mail = z.object({
  /** Unset: mails become files in the data folder. */
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/.+/, 'must be an smtp:// or smtps:// URL')
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, 'must be an address such as Tributary <mail@example.com>')
    .default('Tributary <no-reply@tributary.localhost>'),
  TRIBUTARY_PUBLIC_URL: z.url().default('http://localhost:8080'),
});
const withDirectory = mail.extend({ TRIBUTARY_DIRECTORY_URL: z.url({ protocol: /^http$/ }) });

export interface Settings {
  directory: Upstream;
  smtpUrl: string | undefined;
  mailFrom: string;
  mailFolder: string;
  /** Where the world reaches the gateway. */
  publicUrl: string;
}

/** What this service reads from its environment; the directory's address only when the composer does not hand it over. */
export function readSettings({ env, config }: Pick<ServiceEnvironment, 'env' | 'config'>, directory: Upstream | undefined): Settings {
  const read = directory ? { ...readEnvironment(mail, env), TRIBUTARY_DIRECTORY_URL: '' } : readEnvironment(withDirectory, env);
  return {
    directory: directory ?? { kind: 'http', baseUrl: read.TRIBUTARY_DIRECTORY_URL },
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    mailFolder: path.join(config.dataDir, 'mail'),
    publicUrl: read.TRIBUTARY_PUBLIC_URL,
  };
}
