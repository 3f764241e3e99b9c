import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * A command that runs `args` as another user. The checkout may be private to root, so the user sees it at /srv, in a
 * mount namespace of the command's own; paths in the arguments are changed to match.
 */
export function asUser(id: number, args: readonly string[]): string[] {
  const script = `mount --bind "$0" /srv && exec setpriv --reuid=${id} --regid=${id} --clear-groups "$@"`;
  return [
    'unshare',
    '--mount',
    'sh',
    '-c',
    script,
    checkout,
    ...args.map((arg) => arg.replaceAll(checkout, '/srv/')),
  ];
}
