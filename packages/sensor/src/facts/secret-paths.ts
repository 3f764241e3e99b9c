/** The short list of files whose reads are reported. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { User } from './users.ts';

const MAX_HOMES = 64;
const MAX_PATHS = 1024;

const system = [
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/security/opasswd',
  '/etc/krb5.keytab',
  '/etc/kubernetes/admin.conf',
  '/var/lib/kubelet/pki/kubelet-client-current.pem',
  '/var/run/secrets/kubernetes.io/serviceaccount/token',
];
const inHome = [
  '.aws/credentials',
  '.azure/msal_token_cache.json',
  '.config/gcloud/application_default_credentials.json',
  '.config/gcloud/credentials.db',
  '.docker/config.json',
  '.git-credentials',
  '.kube/config',
  '.netrc',
  '.pgpass',
  '.vault-token',
];
/** Folders and the names in them that are private keys. */
const keyFiles = { home: /^id_[a-z0-9_-]+$/, host: /^ssh_host_[a-z0-9]+_key$/ };

function matching(folder: string, pattern: RegExp): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * Paths of secrets on this host, whether they exist or not; keys in `.ssh` and `/etc/ssh` as far as they exist.
 * @param users whose homes to look at: root and those with ids from 1000 on
 */
export function secretPaths(users: readonly User[], more: readonly string[] = []): string[] {
  const homes = users
    .filter(
      ({ uid, home }) => (uid === 0 || uid >= 1000) && home.startsWith('/') && home !== '/' && uid !== 65534,
    )
    .map(({ home }) => home);
  const paths = [...more, ...system, ...matching('/etc/ssh', keyFiles.host)];
  for (const home of [...new Set(['/root', ...homes])].slice(0, MAX_HOMES)) {
    paths.push(...inHome.map((name) => join(home, name)));
    paths.push(...matching(join(home, '.ssh'), keyFiles.home));
  }
  return [...new Set(paths)].slice(0, MAX_PATHS);
}
