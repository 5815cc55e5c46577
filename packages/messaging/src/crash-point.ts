/** The places at which a test may have the process die: each stands where a crash would hurt most. */
export type CrashPointName =
  | 'outbox.before-insert'
  | 'relay.before-publish'
  | 'relay.after-publish-before-mark'
  | 'relay.after-mark-before-commit'
  | 'relay.after-commit'
  | 'inbox.after-receive'
  | 'inbox.before-commit'
  | 'inbox.after-commit-before-ack'
  | 'retry.before-commit'
  | (string & {});

const [wantedPoint, wantedHit] = (process.env['TRIBUTARY_CRASH'] ?? '').split(':');
const hitsUntilCrash = Number(wantedHit ?? 1) || 1;
let hits = 0;

/**
 * Kills this very process with SIGKILL when the environment says `TRIBUTARY_CRASH=<name>:<hit>` and this is that hit of that
 * point; otherwise does nothing. No exit handler runs, as when a machine dies.
 */
export function crashPoint(name: CrashPointName): void {
  if (name !== wantedPoint) return;
  hits += 1;
  if (hits === hitsUntilCrash) process.kill(process.pid, 'SIGKILL');
}
