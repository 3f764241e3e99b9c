import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { CompartmentError } from './error.ts';
import type { LayerName } from './layers.ts';
import { type Ceiling, DEFAULT_LIMITS, type Limits } from './limits.ts';

/** A program for Node, or a native executable. */
export type EngineProgram =
  | {
      readonly kind: 'node';
      /** Absolute path of the entry file. */
      readonly entry: string;
      /** Files and folders that it reads; by default its package and those that it depends on. */
      readonly runtime?: readonly string[];
      /** Options for Node, such as process.execArgv. */
      readonly execArgv?: readonly string[];
      /** Absolute path of a folder that `fillCompileCache` filled, or will have. */
      readonly compileCache?: string;
    }
  | {
      readonly kind: 'native';
      /** Absolute path of the executable, usually inside the release folder. */
      readonly path: string;
      readonly arguments?: readonly string[];
    };

export interface LaunchOptions {
  /** Name of the publisher: a-z 0-9 . _ - */
  readonly publisher: string;
  /** Of this publisher alone; see UID_RANGE. */
  readonly uid: number;
  readonly gid: number;
  readonly engine: EngineProgram;
  /** Absolute path of the release; the engine sees it at `Compartment.releaseDir`. */
  readonly releaseDir: string;
  /** Layers to leave out, for tests and for hosts on which one does harm. */
  readonly layers?: Partial<Record<LayerName, boolean>>;
  /** Layers without which the engine must not run. */
  readonly required?: readonly LayerName[];
  /** See DEFAULT_LIMITS. */
  readonly limits?: Partial<Limits>;
  /** Of all compartments together; see defaultCeiling. */
  readonly ceiling?: Ceiling;
  /** How long the launcher may take, milliseconds. */
  readonly timeoutMs?: number;
}

/** Checks the options and fills in the limits. @throws CompartmentError bad-option, missing-file */
export function checkOptions(options: LaunchOptions): Limits {
  const { publisher, uid, gid, engine, releaseDir } = options;
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(publisher)) bad(`publisher ${JSON.stringify(publisher)}`);
  // Without root the process keeps the caller's ids, whatever they are, and the layer is reported as missing.
  if (process.geteuid?.() === 0 && (!isId(uid) || !isId(gid)))
    bad(`uid ${uid} and gid ${gid} must be from 1,001 to 2^31`);
  const program = engine.kind === 'node' ? engine.entry : engine.path;
  for (const path of [program, releaseDir]) if (!isAbsolute(path)) bad(`${path} must be an absolute path`);
  mustBe(program, 'file');
  mustBe(releaseDir, 'folder');
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  if (!within(limits.memoryBytes, 2 ** 20, 2 ** 50)) bad(`limits.memoryBytes ${limits.memoryBytes}`);
  if (!within(limits.cpuPercent, 1, 100_000)) bad(`limits.cpuPercent ${limits.cpuPercent}`);
  if (!within(limits.pids, 1, 2 ** 22)) bad(`limits.pids ${limits.pids}`);
  if (!within(limits.files, 16, 2 ** 19)) bad(`limits.files ${limits.files}`);
  return limits;
}

function isId(id: number): boolean {
  return within(id, 1001, 2 ** 31) && id !== 65_534 && id !== 65_535;
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function bad(what: string): never {
  throw new CompartmentError('bad-option', `bad option: ${what}`);
}

function mustBe(path: string, what: 'file' | 'folder'): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new CompartmentError('missing-file', `${path}: not found`);
  if (what === 'file' ? !stat.isFile() : !stat.isDirectory()) {
    throw new CompartmentError('missing-file', `${path}: not a ${what}`);
  }
}
