/** A uid for each publisher: from a reserved range, no two alike, none that an account has. */
import { readFileSync } from 'node:fs';
import { AgentError } from './errors.ts';

/** Picks the first uid of the range that is neither in `taken` nor in /etc/passwd. @throws AgentError config */
export function pickUid(
  range: readonly [number, number],
  taken: ReadonlySet<number>,
  passwd: ReadonlySet<number> = readPasswd(),
): number {
  for (let uid = range[0]; uid <= range[1]; uid++) if (!taken.has(uid) && !passwd.has(uid)) return uid;
  throw new AgentError('config', `no uid is left between ${range[0]} and ${range[1]} for another publisher`, {
    cure: 'widen uidRange in the configuration',
  });
}

function readPasswd(): ReadonlySet<number> {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    return new Set(lines.map((line) => Number(line.split(':')[2])));
  } catch {
    return new Set();
  }
}
