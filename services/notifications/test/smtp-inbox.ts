import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Mood } from './memory-mailer.js';

/** A mail server of the test's own, with moods. */
export async function smtpInbox() {
  const raw: Buffer[] = [];
  let mood: Mood = 'well';
  const refusal = (responseCode: number) => Object.assign(new Error('ada@example.com is not welcome'), { responseCode });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo(_address, _session, answer) {
      if (mood === 'refuses-recipients') answer(refusal(550));
      else if (mood === 'busy') answer(refusal(451));
      else answer();
    },
    onData(stream, _session, answer) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        raw.push(Buffer.concat(chunks));
        answer();
      });
    },
  });
  // A client that hangs up in the middle is what some tests do.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    raw,
    setMood(next: Mood) {
      mood = next;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
