import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Says why a technique was not performed here. */
export class NotPerformed extends Error {}

/** One action that has the effect a rule is about. */
export interface Action {
  /** Name of the rule's file, without ending. */
  readonly rule: string;
  /** Makes what must be there before the agent starts (secrets are marked then); returns what takes it away. */
  prepare?(): () => void;
  /** Has the effect. A returned text is a remark (such as that a stand-in was used). @throws NotPerformed */
  perform(stage: Stage): Promise<string | void>;
}

/** Where an action plays: a folder of its own whose name holds the token, and servers on this host that it may talk to. */
export interface Stage {
  readonly token: string;
  /** `/var/tmp/ringfence-emulation-TOKEN`. */
  readonly dir: string;
  /** Answers each connection with `exit` and closes it. */
  readonly tcpPort: number;
  /** Answers each request with a shell script that does nothing. */
  readonly httpPort: number;
  /** Runs a bash script from a file in `dir`, at most ten seconds; its failure is not an error (the attempt is the effect). */
  run(script: string): Promise<void>;
  /** Copies a program into `dir` under another name and returns its path. */
  copy(program: string, name: string): string;
}

/** Path of a program. @throws NotPerformed when it is not installed */
export function need(program: string): string {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    // Shims of version managers are shell scripts: what they run has another name.
    if (folder.includes('/shims')) continue;
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  throw new NotPerformed(`${program} is not installed`);
}

/** Creates a file and the folders that it lacks; returns what removes them again. @throws NotPerformed when it exists */
export function temporaryFile(path: string, content = ''): () => void {
  if (existsSync(path)) throw new NotPerformed(`${path} exists and is left alone`);
  const removeFolders = temporaryFolder(dirname(path));
  writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
  return () => {
    rmSync(path, { force: true });
    removeFolders();
  };
}

/** Creates a folder and those above it; returns what removes the ones that were made. */
export function temporaryFolder(folder: string): () => void {
  const made: string[] = [];
  for (let at = folder; !existsSync(at); at = dirname(at)) made.push(at);
  mkdirSync(folder, { recursive: true });
  return () => {
    for (const path of made) {
      try {
        rmdirSync(path);
      } catch {
        return; // somebody else uses it now
      }
    }
  };
}

/** Runs a program to its end, or kills it after ten seconds. */
export async function runProgram(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child: ChildProcess = spawn(command, args, { cwd, stdio: 'ignore', detached: true });
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, 10_000);
  await new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
    child.on('error', () => resolve());
  });
  clearTimeout(timer);
}
