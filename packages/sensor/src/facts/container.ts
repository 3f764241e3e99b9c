/**
 * The container id in cgroup names. Runtimes name a container's cgroup by its 64 hex digits, bare (cgroupfs) or as
 * `docker-<id>.scope` (systemd). Fewer digits are no proof: sessions of other tools have 32.
 */
const id = /(?:^|[-/:])([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;
/** Amazon ECS: 32 hex digits and the task's number. LXC and systemd-nspawn use names. */
const others = [/(?:^|\/)([0-9a-f]{32}-\d{6,12})(?:\/|$)/, /(?:^|\/)lxc\.payload\.([^/]{1,64})(?:\/|$)/];

/** @param names cgroup names parted by `/`, in any order. @returns at most 64 characters; empty for the host */
export function containerId(names: string): string {
  const match = id.exec(names);
  if (match?.[1]) return match[1];
  for (const pattern of others) {
    const found = pattern.exec(names)?.[1];
    if (found) return found;
  }
  return '';
}

/** `containerId` with a bounded cache over the raw bytes of the names. */
export class Containers {
  readonly #known = new Map<string, Buffer>();

  id(bytes: Buffer, start: number, end: number): Buffer {
    if (start === end) return empty;
    const names = bytes.toString('latin1', start, end);
    let found = this.#known.get(names);
    if (found === undefined) {
      if (this.#known.size >= 4096) this.#known.clear();
      found = Buffer.from(containerId(names));
      this.#known.set(names, found);
    }
    return found;
  }
}

const empty = Buffer.alloc(0);
