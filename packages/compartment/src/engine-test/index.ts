import { dirname } from 'node:path';
import { CompartmentError } from '../error.ts';
import { layerNames } from '../layers.ts';
import { UID_RANGE } from '../limits.ts';
import type { EngineProgram, LaunchOptions } from '../options.ts';
import { type EngineCase, engineCases } from './cases.ts';
import { CaseFailure, Session, type SessionOptions } from './session.ts';

export interface CaseResult {
  readonly name: string;
  readonly kind: 'good' | 'bad';
  readonly pass: boolean;
  /** What came, or what was wrong: one line. */
  readonly detail: string;
  readonly ms: number;
}

export interface EngineTestOptions {
  /** What the engine sees as its release; by default the folder that it is in. */
  readonly releaseDir?: string;
  readonly limits?: LaunchOptions['limits'];
  /** Layers without which nothing is tested; by default all of them. */
  readonly required?: LaunchOptions['required'];
  /** Only the cases whose name holds this text. */
  readonly only?: string;
  readonly readyMs?: number;
  readonly answerMs?: number;
}

/**
 * Drives an engine through the protocol's good and bad cases, each with a new process behind the wall,
 * and yields what came of each.
 * @param engine a program, or the absolute path of a native executable
 * @throws CompartmentError when the wall cannot be had
 */
export async function* testEngine(
  engine: string | EngineProgram,
  options: EngineTestOptions = {},
): AsyncGenerator<CaseResult> {
  const program: EngineProgram = typeof engine === 'string' ? { kind: 'native', path: engine } : engine;
  const session: SessionOptions = {
    publisher: 'engine-test',
    uid: UID_RANGE.last,
    gid: UID_RANGE.last,
    engine: program,
    releaseDir: options.releaseDir ?? dirname(program.kind === 'native' ? program.path : program.entry),
    required: options.required ?? layerNames,
    readyMs: options.readyMs ?? 10_000,
    answerMs: options.answerMs ?? 5000,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };
  for (const one of engineCases) {
    if (one.name.includes(options.only ?? '')) yield await runCase(one, session);
  }
}

async function runCase({ name, kind, run }: EngineCase, options: SessionOptions): Promise<CaseResult> {
  const from = performance.now();
  const result = (pass: boolean, detail: string): CaseResult => ({
    name,
    kind,
    pass,
    detail,
    ms: Math.round(performance.now() - from),
  });
  try {
    await using session = await Session.start(options);
    return result(true, await run(session));
  } catch (error) {
    if (error instanceof CaseFailure) return result(false, error.message);
    if (error instanceof CompartmentError && error.code !== 'launch-failed') throw error;
    return result(false, error instanceof Error ? error.message : String(error));
  }
}
