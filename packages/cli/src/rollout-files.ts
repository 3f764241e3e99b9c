import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import {
  createPlan,
  defaultPlan,
  LogReader,
  type Plan,
  parsePlan,
  planInput,
  RolloutError,
  type RolloutEvent,
} from '@ringfence/rollout';
import { CommandError } from './command-error.ts';

const MAX_PLAN_BYTES = 4 << 20;

/** The plan of a file, or the shipped default plan. Its seed is public here: a command offers nothing to anybody. */
export async function readPlan(file: string | undefined): Promise<Plan> {
  if (file === undefined) return defaultPlan('the default plan of the command');
  try {
    if ((await stat(file)).size > MAX_PLAN_BYTES) throw new CommandError(`${file}: a plan is at most 4 MiB.`);
    return parsePlan(await readFile(file, 'utf8'), file);
  } catch (error) {
    throw readable(error, file);
  }
}

/** The same plan with another order of hosts, for a simulation with several seeds. */
export function withLane(plan: Plan, lane: 'standard' | 'emergency'): Plan {
  return createPlan({ ...planInput(plan), lane });
}

/**
 * Reads an event log of any length, line by line, each once.
 * @param take called with the plan of the header and each event; how much of the file was read goes to `progress`
 */
export async function readLog(
  file: string,
  take: (event: RolloutEvent, plan: Plan) => void,
  progress: (share: number) => void,
): Promise<Plan> {
  try {
    const { size } = await stat(file);
    const reader = new LogReader(file);
    let rest = '';
    let read = 0;
    for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
      const text = rest + (chunk as string);
      read += (chunk as string).length;
      const lines = text.split('\n');
      rest = lines.pop() as string;
      if (rest.length > 2 << 20) throw new RolloutError('log-syntax', `${file}: a line has at most 1 MiB`);
      for (const line of lines) {
        const event = reader.read(line);
        if (event !== null) take(event, reader.plan as Plan);
      }
      progress(size === 0 ? 1 : read / size);
    }
    reader.end(rest === '');
    return reader.plan as Plan;
  } catch (error) {
    throw readable(error, file);
  }
}

/** A failure that the user can act on. */
export function readable(error: unknown, file: string): unknown {
  if (error instanceof RolloutError) return new CommandError(error.message);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new CommandError(`${file}: no such file.`);
  if (code === 'EISDIR') return new CommandError(`${file}: this is a directory.`);
  if (code === 'EACCES') return new CommandError(`${file}: not readable.`);
  return error;
}
