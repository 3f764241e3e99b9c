import type { RolloutEvent } from '../decide/events.ts';
import { RolloutError } from '../errors.ts';
import { createPlan } from '../plan/parse.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanInput } from '../plan/schema.ts';

/** Version of the event log: a header line, then one line per event, numbered from 1. */
export const LOG_VERSION = 1;
const MAX_LINE = 1 << 20;

/** The plan as its file would say it, for the header of a log. */
export function planInput(plan: Plan): PlanInput {
  const { p0: _p0, stages, freeze, ...rest } = plan;
  return {
    ...rest,
    lanes: { standard: { ...plan.lanes.standard }, emergency: { ...plan.lanes.emergency } },
    labels: [...plan.labels],
    stages: stages.map((stage) =>
      stage.kind === 'all'
        ? 'all'
        : stage.kind === 'hosts'
          ? stage.hosts
          : `${Number((stage.share * 100).toPrecision(12))}%`,
    ),
    freeze: freeze.map((f) => ({
      from: new Date(f.from * 1000).toISOString(),
      until: new Date(f.until * 1000).toISOString(),
    })),
    pins: [...plan.pins],
    exclude: [...plan.exclude],
  };
}

export function logHeader(plan: Plan): string {
  return `${JSON.stringify({ log: 'ringfence-rollout', version: LOG_VERSION, plan: planInput(plan) })}\n`;
}

/** @param number counts the log's events from 1, so that a gap or a swap is seen */
export function logLine(number: number, event: RolloutEvent): string {
  return `${JSON.stringify({ n: number, event })}\n`;
}

/** Reads a log line by line. The events come in order or not at all. */
export class LogReader {
  readonly #file: string;
  #line = 0;
  #next = 1;
  plan: Plan | null = null;

  constructor(file = 'log') {
    this.#file = file;
  }

  /**
   * The event of the next line; null for the header and for empty lines.
   * @throws RolloutError `log-syntax`, `log-order`, `log-version`, or of the plan in the header
   */
  read(line: string): RolloutEvent | null {
    this.#line++;
    if (line.trim() === '') return null;
    const at = `${this.#file}:${this.#line}`;
    if (line.length > MAX_LINE) throw new RolloutError('log-syntax', `${at}: a line has at most 1 MiB`);
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new RolloutError('log-syntax', `${at}: this is not JSON; the log is damaged or was cut here`, {
        cause,
      });
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new RolloutError('log-syntax', `${at}: a line is an object`);
    const record = value as Record<string, unknown>;
    if (this.plan === null) {
      if (record['log'] !== 'ringfence-rollout')
        throw new RolloutError(
          'log-syntax',
          `${at}: the first line of a rollout log is its header; the beginning is missing`,
        );
      if (record['version'] !== LOG_VERSION)
        throw new RolloutError(
          'log-version',
          `${at}: this log has version ${String(record['version'])}, this library reads version ${LOG_VERSION}`,
          { received: record['version'] },
        );
      this.plan = createPlan(record['plan'] as PlanInput);
      return null;
    }
    if (record['n'] !== this.#next)
      throw new RolloutError(
        'log-order',
        `${at}: event ${String(record['n'])} where ${this.#next} is due: lines are missing, doubled or out of order`,
        { received: record['n'] },
      );
    const event = record['event'] as { type?: unknown } | undefined;
    if (typeof event !== 'object' || event === null || typeof event.type !== 'string')
      throw new RolloutError('log-syntax', `${at}: an event has a type`);
    this.#next++;
    return event as RolloutEvent;
  }

  /** @throws RolloutError `log-truncated` when the log ended within a line or before its header */
  end(lastLineComplete: boolean): void {
    if (this.plan === null) throw new RolloutError('log-truncated', `${this.#file}: the log is empty`);
    if (!lastLineComplete)
      throw new RolloutError(
        'log-truncated',
        `${this.#file}:${this.#line}: the log ends within a line; what it says up to there was read`,
      );
  }
}

/** All events of a log in memory, for small ones. */
export function parseLog(text: string, file = 'log'): { plan: Plan; events: RolloutEvent[] } {
  const reader = new LogReader(file);
  const complete = text === '' || text.endsWith('\n');
  const events: RolloutEvent[] = [];
  const lines = text.split('\n');
  if (complete) lines.pop();
  lines.forEach((line, i) => {
    if (!complete && i === lines.length - 1) return;
    const event = reader.read(line);
    if (event !== null) events.push(event);
  });
  reader.end(complete);
  return { plan: reader.plan as Plan, events };
}
