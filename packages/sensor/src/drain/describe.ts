import type { ClockOffset } from '@ringfence/events';
import { high32, join64, low32 } from '../ingest/actors.ts';
import type { Ancestor } from '../protocol.ts';
import { type Image, unknownImage } from '../table/image.ts';
import type { Process } from '../table/process-table.ts';
import type { Described } from './messages.ts';
import type { State } from './state.ts';

const MAX_COMMAND_LINE = 4096;

/** A process and its ancestors by pid and start time (Unix ns, decimal); null when the table has no such process. */
export function describe(state: State, pid: number, startTime: string): Described | null {
  if (!/^\d{1,20}$/.test(startTime)) return null;
  const boot = BigInt.asUintN(64, BigInt(startTime) - state.clock.nanoseconds);
  const process = state.table.find(pid, low32(boot), high32(boot));
  if (!process) return null;
  const chain = state.table.chain(process);
  const ancestors = chain.map((ancestor, index) =>
    toAncestor(ancestor, imageFor(ancestor, chain[index - 1]), state.clock),
  );
  const path = ancestors[0]?.path ?? '';
  const inode = join64(process.image.inodeLow, process.image.inodeHigh);
  return {
    description: { ancestors, path },
    executable: { pid, path, inode, alive: process.exitedAt < 0 },
  };
}

/** What an ancestor ran when it forked its child: a shell that has since become the next command was a shell then. */
function imageFor(ancestor: Process, child: Process | undefined): Image {
  return child === undefined || child.parentImage === unknownImage ? ancestor.image : child.parentImage;
}

function toAncestor(process: Process, image: Image, clock: ClockOffset): Ancestor {
  const { path, argv, user } = image;
  const start = BigInt.asUintN(64, join64(process.startLow, process.startHigh) + clock.nanoseconds);
  return {
    pid: process.pid,
    startTime: start.toString(),
    path: text(path),
    commandLine: text(argv.subarray(0, MAX_COMMAND_LINE)).replaceAll('\0', ' '),
    user: text(user),
  };
}

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
