import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** How a program is started so that PostgreSQL agrees: it refuses to run as root. */
export interface Launcher {
  /** Owner of the data folder; undefined where we are an ordinary user and it is ours. */
  owner?: { uid: number; gid: number };
  command(program: string, parameters: readonly string[]): [string, string[]];
}

const plain: Launcher = { command: (program, parameters) => [program, [...parameters]] };

/**
 * As an ordinary user: run it. As root: run it as user `postgres` (made when missing), and let that user pass the folders on the
 * way (a clone under /root, say) by the one capability for it.
 * @throws when we are root and the system has no `setpriv` that can do so.
 */
export function launcherFor(native: string, folder: string): Launcher {
  if (process.getuid?.() !== 0) return plain;
  const owner = postgresAccount();
  const identity = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  const passing = [
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--bounding-set=+dac_override',
  ];
  const candidates = [
    [...identity, '--inh-caps=-all'],
    [...identity, ...passing],
  ];
  const flags = candidates.find((candidate) => worksWith(candidate, native, folder));
  if (!flags) {
    throw new Error(
      `PostgreSQL does not run as root, and user postgres may not enter ${folder} or ${native}. ` +
        'Run Tributary as an ordinary user, or clone it (and put TRIBUTARY_DATA_DIR) into a folder that everybody may enter, such as /srv.',
    );
  }
  return { owner, command: (program, parameters) => ['setpriv', [...flags, program, ...parameters]] };
}

function worksWith(flags: readonly string[], native: string, folder: string): boolean {
  try {
    execFileSync('setpriv', [...flags, path.join(native, 'bin/postgres'), '--version'], { stdio: 'pipe' });
    execFileSync('setpriv', [...flags, 'ls', folder], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

function postgresAccount(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }));
  const read = () => ({ uid: id('-u'), gid: id('-g') });
  try {
    return read();
  } catch {
    execFileSync('groupadd', ['--force', '--system', 'postgres'], { stdio: 'pipe' });
    execFileSync('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres'], { stdio: 'pipe' });
    return read();
  }
}
