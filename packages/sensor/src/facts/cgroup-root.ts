/** Where the root of cgroup v2 is mounted. */
import { SensorError } from '../errors.ts';
import { mounts } from '../files/mountinfo.ts';

/** @throws {SensorError} `start-failed` when it is not mounted in our mount namespace */
export function cgroupRoot(): string {
  const found = mounts().find(({ type, root }) => type === 'cgroup2' && root === '/');
  if (!found)
    throw new SensorError('start-failed', 'cgroup v2 is not mounted', {
      cure: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
    });
  return found.path;
}
