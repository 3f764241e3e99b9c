/** What is kept of an engine that failed: one JSON file each, mode 0600, bounded in size and number. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { FailureCause } from './cause.ts';
import type { Sample } from './watch.ts';

export interface Evidence {
  readonly publisher: string;
  readonly release: { readonly name: string; readonly version: string; readonly hash: string };
  readonly at: string;
  readonly cause: FailureCause;
  /** How the cause was derived. */
  readonly detail: string;
  readonly pid: number | null;
  readonly exit: { readonly code: number | null; readonly signal: string | null };
  /** From the fault, or the last sign of life, until the agent knew; milliseconds. */
  readonly detectMs: number | null;
  /** The last batch that it was given, and those that it had not acknowledged. */
  readonly lastBatch: string | null;
  readonly unacknowledged: readonly {
    readonly id: string;
    readonly events: number;
    readonly deaths: number;
  }[];
  /** Its last minute, oldest first. */
  readonly resources: readonly Sample[];
  readonly limits: { readonly memoryBytes: number; readonly cpuPercent: number };
  readonly layers: readonly { readonly layer: string; readonly applied: boolean }[];
  /** The end of its standard error. */
  readonly stderr: string;
}

const MAX_FILES = 40;
const MAX_BYTES = 128 * 1024;

export class EvidenceStore {
  readonly #dir: string;
  readonly #notice: (text: string) => void;

  constructor(state: string, notice: (text: string) => void) {
    this.#dir = join(state, 'evidence');
    this.#notice = notice;
  }

  /** Keeps evidence. @returns its file, or null when the disk refused */
  keep(evidence: Evidence): string | null {
    let text = JSON.stringify(evidence, null, 1);
    if (text.length > MAX_BYTES)
      text = JSON.stringify({
        ...evidence,
        resources: evidence.resources.slice(-20),
        stderr: evidence.stderr.slice(-2000),
      });
    return this.#write(
      evidence.publisher,
      `${evidence.at.replaceAll(/[:.]/g, '')}-${evidence.cause}.json`,
      text,
    );
  }

  /** Keeps a batch that killed twice, for the publisher to look into. */
  keepBatch(publisher: string, id: bigint, records: Uint8Array): string | null {
    return this.#write(
      publisher,
      `${new Date().toISOString().replaceAll(/[:.]/g, '')}-batch-${id}.bin`,
      records,
    );
  }

  /** Evidence files of a publisher, oldest first. */
  list(publisher: string): string[] {
    try {
      return readdirSync(join(this.#dir, publisher))
        .toSorted()
        .map((name) => join(this.#dir, publisher, name));
    } catch {
      return [];
    }
  }

  #write(publisher: string, name: string, content: string | Uint8Array): string | null {
    const dir = join(this.#dir, publisher);
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      const old = this.list(publisher);
      for (const path of old.slice(0, Math.max(0, old.length - MAX_FILES + 1))) rmSync(path, { force: true });
      const path = join(dir, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    } catch (error) {
      this.#notice(`evidence about ${publisher} could not be written: ${messageOf(error)}`);
      return null;
    }
  }
}
