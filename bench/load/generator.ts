import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The compiled load generator, in a temporary folder that goes with it. */
export class Generator implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'ringfence-bench-'));
  readonly path: string = join(this.folder, 'load');
  /** A file of no interest to any rule, for the loads that open one. */
  readonly file: string = join(this.folder, 'plain.txt');

  constructor() {
    writeFileSync(this.file, 'x');
    const source = new URL('load.c', import.meta.url).pathname;
    const { status, stderr, error } = spawnSync('cc', ['-O2', '-pthread', '-o', this.path, source], {
      encoding: 'utf8',
    });
    if (status !== 0) {
      this[Symbol.dispose]();
      throw new Error(
        `the load generator needs a C compiler (apt-get install gcc): ${error?.message ?? stderr}`,
      );
    }
  }

  /** Runs one load; returns how many operations it did and the nanoseconds they took. */
  run(...args: readonly (string | number)[]): { count: number; ns: number; nsEach: number } {
    const { status, stdout, error } = spawnSync(this.path, args.map(String), {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const [count, ns] = stdout.trim().split(' ').map(Number);
    if (status !== 0 || count === undefined || ns === undefined)
      throw new Error(`load ${args.join(' ')} failed: ${error?.message ?? status}`);
    return { count, ns, nsEach: ns / count };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
