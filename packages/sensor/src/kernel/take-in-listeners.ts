/** Tells the probes who listens already, so that connections accepted later have a process. */
import { readdirSync, readlinkSync } from 'node:fs';
import type { Collection } from '@ringfence/ebpf';
import type { State } from '../drain/state.ts';
import { readSmall } from '../procfs/read-file.ts';

const LISTEN = '0A';
/** Bounds on hosts with very many descriptors. */
const MAX_DESCRIPTORS = 200_000;

export interface Listening {
  readonly port: number;
  readonly inode: string;
}

/** Listening sockets in the text of /proc/PID/net/tcp or tcp6. */
export function parseListening(text: string): Listening[] {
  const found: Listening[] = [];
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[3] !== LISTEN) continue;
    const port = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
    const inode = fields[9];
    if (Number.isInteger(port) && inode !== undefined) found.push({ port, inode });
  }
  return found;
}

/** How many were found. Best effort: a listener that is missed gives accepts without a process. */
export function takeInListeners(state: State, collection: Collection): number {
  const map = collection.maps.get('listeners');
  if (!map) return 0;
  /** Ports by socket inode, for each network namespace. */
  const namespaces = new Map<number, Map<string, number>>();
  let descriptors = 0;
  let count = 0;
  for (const process of state.table.living()) {
    const net = networkNamespace(process.pid);
    if (net === undefined || process.image.path.length === 0) continue;
    let ports = namespaces.get(net);
    if (!ports) {
      const files = ['tcp', 'tcp6'].map(
        (file) => readSmall(`/proc/${process.pid}/net/${file}`)?.toString('latin1') ?? '',
      );
      ports = new Map(files.flatMap(parseListening).map(({ port, inode }) => [inode, port]));
      namespaces.set(net, ports);
    }
    if (ports.size === 0) continue;
    for (const inode of socketInodes(process.pid)) {
      if (++descriptors > MAX_DESCRIPTORS) return count;
      const port = ports.get(inode);
      if (port === undefined) continue;
      const key = Buffer.alloc(8);
      key.writeUInt32LE(net, 0);
      key.writeUInt16LE(port, 4);
      const value = Buffer.alloc(16);
      value.writeUInt32LE(process.startLow, 0);
      value.writeUInt32LE(process.startHigh, 4);
      value.writeUInt32LE(process.pid, 8);
      map.put(key, value);
      count++;
    }
  }
  return count;
}

function networkNamespace(pid: number): number | undefined {
  try {
    const inode = /^net:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[1];
    return inode === undefined ? undefined : Number(inode);
  } catch {
    return undefined;
  }
}

function* socketInodes(pid: number): Generator<string> {
  let names: string[];
  try {
    names = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return;
  }
  for (const name of names) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode !== undefined) yield inode;
    } catch {
      // Closed in between.
    }
  }
}
