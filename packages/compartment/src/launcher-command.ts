import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LayerName } from './layers.ts';

export const LAUNCHER: string = fileURLToPath(
  new URL(`./launcher/main${import.meta.url.slice(-3)}`, import.meta.url),
);

/**
 * The command that starts the launcher: setpriv ends unshare(1) with this process, unshare makes the PID
 * namespace and ends the engine with itself. Both are util-linux's, so that this process needs no FFI.
 * Notes in `unavailable` what cannot be had.
 */
export function launcherCommand(
  layers: Readonly<Record<LayerName, boolean>>,
  unavailable: Partial<Record<LayerName, string>>,
): string[] {
  const command = [process.execPath, ...process.execArgv, LAUNCHER];
  if (!isRoot()) unavailable.uid = 'not root: the engine runs with the uid of the agent';
  if (layers['pid-namespace']) {
    const unshare = unshareCommand();
    if (typeof unshare === 'string') unavailable['pid-namespace'] = unshare;
    else command.unshift(...unshare);
  }
  if (layers['parent-death-signal']) {
    const setpriv = findTool('setpriv');
    if (setpriv === undefined) unavailable['parent-death-signal'] = 'setpriv (util-linux) is not installed';
    else command.unshift(setpriv, '--pdeathsig', 'KILL');
  }
  return command;
}

let userNamespace: readonly string[] | string | undefined;

/**
 * How to get a PID namespace, or why not. Without root it takes a user namespace, in which the launcher then may
 * make the other namespaces too; some hosts forbid them (kernel.apparmor_restrict_unprivileged_userns).
 */
function unshareCommand(): readonly string[] | string {
  const unshare = findTool('unshare');
  if (unshare === undefined) return 'unshare (util-linux) is not installed';
  const command = [unshare, '--pid', '--fork', '--kill-child=SIGKILL'];
  if (isRoot()) return command;
  if (userNamespace === undefined) {
    const inside = [...command, '--user', '--map-root-user'];
    const [program, ...rest] = [...inside, '/bin/sh', '-c', ':'];
    const { status } = spawnSync(program, rest, { stdio: 'ignore', env: {}, timeout: 5000 });
    userNamespace = status === 0 ? inside : 'not root, and this host allows no user namespaces';
  }
  return userNamespace;
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** By fixed folders, not PATH: what starts engines must not depend on the caller's environment. */
function findTool(name: string): string | undefined {
  const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}
