/** Five techniques of attackers, emulated so that nothing comes of them. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';

export interface Technique {
  /** ATT&CK. */
  readonly id: string;
  readonly what: string;
  /** For bash. Each lasts long enough to be seen by polling, too. */
  readonly command: string;
  /** Title of the first-party rule that finds it. */
  readonly rule: string;
}

/** The techniques, and the folder in shared memory that one of them runs from. */
export class Techniques implements Disposable {
  readonly #folder: string = mkdtempSync('/dev/shm/ringfence-demo-');
  readonly all: readonly Technique[];

  constructor() {
    copyFileSync('/bin/sleep', `${this.#folder}/update`);
    this.all = [
      {
        id: 'T1036.004',
        what: 'a program under the name of a kernel thread',
        command: `exec -a '[kworker/0:1]' sleep 0.5`,
        rule: 'Process Named Like a Kernel Thread',
      },
      {
        id: 'T1564',
        what: 'a program run from shared memory',
        command: `${this.#folder}/update 0.5`,
        rule: 'Program Run From Shared Memory',
      },
      {
        id: 'T1140',
        what: 'encoded text decoded into a shell',
        command: `echo c2xlZXAgMC41 | base64 -d | sh`,
        rule: 'Encoded Text Decoded Into a Shell',
      },
      {
        id: 'T1095',
        what: 'a shell joined to a TCP device, to a port of this host where nobody listens',
        command: `sleep 0.5; exec 3<>/dev/tcp/127.0.0.1/1`,
        rule: 'Interactive Shell Redirected to a TCP or UDP Device',
      },
      {
        id: 'T1070.003',
        what: 'the history cleared, of a shell that has none',
        command: `sleep 0.5; history -c`,
        rule: 'Shell History Cleared or Switched Off',
      },
    ];
  }

  /** Runs one to its end, from a shell in between: the agent, which runs in this process, leaves out its own children. */
  run({ command }: Technique, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const env = { ...process.env, TECHNIQUE: command };
      const argv = ['-c', 'bash -c "$TECHNIQUE"; true'];
      const child = spawn('sh', argv, { stdio: 'ignore', env, signal, killSignal: 'SIGKILL' });
      child.on('error', () => resolve());
      child.on('exit', () => resolve());
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
