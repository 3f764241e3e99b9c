import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** testdata/act.c, compiled into a folder of its own that ends with it. */
export class Act implements Disposable {
  // Under /var/tmp: /tmp may be a mount of its own that other tests replace.
  readonly folder: string = mkdtempSync('/var/tmp/ringfence-sensor-test-');
  readonly program: string = join(this.folder, 'act');

  constructor() {
    chmodSync(this.folder, 0o755);
    const source = new URL('../../testdata/act.c', import.meta.url).pathname;
    execFileSync('gcc', ['-O1', '-pthread', '-o', this.program, source], { stdio: 'pipe' });
  }

  /** Runs one act to its end; its pid, status and what it printed. */
  run(...args: readonly string[]): { pid: number; status: number | null; out: string } {
    const { pid, status, stdout, stderr } = spawnSync(this.program, args, { encoding: 'utf8' });
    if (stderr !== '') throw new Error(`act ${args.join(' ')}: ${stderr}`);
    return { pid, status, out: stdout.trim() };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
