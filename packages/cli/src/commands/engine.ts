import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CaseResult, CompartmentError, testEngine } from '@ringfence/compartment';
import { ContentError, readRelease } from '@ringfence/content';
import type { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { style } from '../terminal/style.ts';

export function register(program: Command): void {
  program
    .command('engine')
    .description('For publishers that bring an engine of their own.')
    .command('test')
    .description('Drive an engine through the good and bad cases of the protocol, behind the full wall.')
    .argument('<path>', 'a native executable, or a release folder whose release.json names one')
    .option('--only <text>', 'only the cases whose name holds this text')
    .option('--json', 'one JSON line a case')
    .addHelpText(
      'after',
      '\nNeeds root. Each case starts the engine anew. Exit code 1 when a case fails.\n\nExamples:\n  ringfence engine test ./engine\n  ringfence engine test ./my-release --json\n',
    )
    .action(test);
}

interface TestOptions {
  readonly only?: string;
  readonly json?: true;
}

async function test(path: string, options: TestOptions): Promise<void> {
  const { engine, releaseDir } = find(resolve(path));
  let passed = 0;
  let count = 0;
  try {
    for await (const result of testEngine(engine, {
      ...(releaseDir === undefined ? {} : { releaseDir }),
      ...(options.only === undefined ? {} : { only: options.only }),
    })) {
      count++;
      if (result.pass) passed++;
      console.log(options.json === true ? JSON.stringify(result) : line(result));
    }
  } catch (error) {
    if (error instanceof CompartmentError) throw new CommandError(error.message);
    throw error;
  }
  if (count === 0) throw new CommandError(`no case's name holds "${options.only}"`, 2);
  if (options.json !== true) console.log(`\n${passed} of ${count} passed`);
  if (passed < count) process.exitCode = 1;
}

function line({ pass, name, detail, ms }: CaseResult): string {
  const mark = pass ? style('green', 'ok  ') : style('red', 'FAIL');
  return `${mark} ${name} ${style('dim', `${detail}, ${ms} ms`)}`;
}

/** The executable, and the release folder if the path is one. */
function find(path: string): { engine: string; releaseDir?: string } {
  if (!existsSync(path))
    throw new CommandError(`${path} is not there; give an executable or a release folder.`, 2);
  if (!statSync(path).isDirectory()) return { engine: path };
  try {
    const { dir, nativeEngine } = readRelease(path);
    if (nativeEngine === undefined) {
      throw new CommandError(`${path}/release.json names no engine: {"native": "..."}`, 2);
    }
    return { engine: nativeEngine, releaseDir: dir };
  } catch (error) {
    if (error instanceof ContentError) throw new CommandError(`${path}: ${error.message}`);
    throw error;
  }
}
