/** How long an engine takes from its launch until it is ready, alone on the machine. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineProgram, fillCompileCache, launch, UID_RANGE } from '@ringfence/compartment';
import { EngineHost } from '@ringfence/compartment/protocol';
import { benchEngine, benchHello, wallGap } from './walled.ts';

export interface Start {
  /** Milliseconds, with compiled code at hand, as the agent starts its engines half a second after its own start. */
  readonly compiled: number;
  readonly plain: number;
  /** Part of `compiled` after which the wall stands and the engine's program begins. */
  readonly launcher: number;
  readonly gap: string | null;
}

/** Starts the engine without rules, with and without compiled code in turn. @yields each pair */
export async function* measureStart(pairs: number): AsyncGenerator<Start> {
  const folder = mkdtempSync(join(tmpdir(), 'ringfence-bench-'));
  try {
    const engine = benchEngine('reading-engine.ts');
    const compileCache = join(folder, 'compiled');
    if (!(await fillCompileCache(engine, compileCache))) throw new Error('the engine could not be compiled');
    for (let pair = 0; pair < pairs; pair++) {
      const plain = await startOnce(engine, folder);
      const compiled = await startOnce({ ...engine, compileCache }, folder);
      yield {
        compiled: compiled.ready,
        plain: plain.ready,
        launcher: compiled.launched,
        gap: compiled.gap,
      };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOnce(
  engine: EngineProgram,
  releaseDir: string,
): Promise<{ launched: number; ready: number; gap: string | null }> {
  const started = performance.now();
  using compartment = await launch({
    publisher: 'bench',
    uid: UID_RANGE.last,
    gid: UID_RANGE.last,
    engine,
    releaseDir,
  });
  const launched = performance.now() - started;
  const { channel } = compartment;
  const ready = Promise.withResolvers<number>();
  const host = new EngineHost(() => ready.resolve(performance.now() - started));
  channel.on('data', (chunk: Buffer) => host.receive(chunk));
  channel.once('close', () => ready.reject(new Error(`the engine ended: ${compartment.stderrTail()}`)));
  channel.write(host.hello(benchHello(compartment.releaseDir)));
  const took = await ready.promise;
  channel.write(host.stop());
  if (!channel.closed) await once(channel, 'close');
  await compartment.exited;
  return { launched, ready: took, gap: wallGap(compartment.layers) };
}
