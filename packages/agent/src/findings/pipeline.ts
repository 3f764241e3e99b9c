/**
 * From an engine's report to a finding on the disk: tuned, collapsed, completed with what the sensor knows of the
 * process, journalled, written to findings.jsonl and the system log. Per publisher the order is kept; what
 * cannot be kept is counted.
 */
import type { Finding } from '@ringfence/compartment/protocol';
import { detectionFinding, type OcsfContext, type OcsfObject } from '@ringfence/events';
import type { Description } from '@ringfence/sensor';
import type { Tuning } from '../config/settings.ts';
import { errnoOf, messageOf } from '../errors.ts';
import type { Collapser } from '../journal/collapse.ts';
import type { FindingsFile } from '../journal/findings-file.ts';
import type { Journal, JournalEntry, JournalRow } from '../journal/journal.ts';
import type { Syslog } from '../journal/syslog.ts';
import { isDiskTrouble } from '../store/database.ts';
import { findingUid, type RecordFacts, readFacts } from './facts.ts';
import { applyTuning } from './tuning.ts';

/** A finding as the agent hands it on. */
export interface AgentFinding {
  readonly publisher: string;
  /** OCSF Detection Finding, class 2004. */
  readonly ocsf: OcsfObject;
  /** The same, JSON in one line. */
  readonly json: string;
}

export interface PipelineParts {
  readonly journal: Journal;
  readonly file: FindingsFile;
  readonly syslog: Syslog | null;
  readonly collapser: Collapser;
  readonly context: OcsfContext;
  readonly describe: (pid: number, startTime: bigint) => Promise<Description | null>;
  readonly emit: (finding: AgentFinding) => void;
  readonly notice: (text: string) => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export interface PipelineStatus {
  readonly reported: number;
  readonly tunedOut: number;
  /** About processes that the agent itself starts: its sensor and its launchers. */
  readonly own: number;
  /** Counted on the finding that they repeat. */
  readonly collapsed: number;
  /** Delivered again after a crash, and known. */
  readonly deliveredAgain: number;
  /** Dropped because too many waited, or their record could not be read. */
  readonly lost: number;
  /** Waiting for a disk that is full or fails. */
  readonly waiting: number;
  /** findings.jsonl does not have all that the journal has. */
  readonly fileBehind: boolean;
  readonly syslogLost: number;
}

interface Pending {
  readonly publisher: string;
  readonly uid: string;
  /** The finding, when it is new; it repeats `uid` otherwise. */
  entry: JournalEntry | null;
  ocsf: OcsfObject | null;
  level: string;
  ready: boolean;
}

/** Findings of one publisher that may wait for their ancestors. */
const MAX_PENDING = 2_000;
/** Findings that may wait for a disk. */
const MAX_STUCK = 5_000;
const RETRY_MS = 1_000;

export class FindingPipeline {
  readonly #parts: PipelineParts;
  #tuning: Tuning;
  readonly #pending: Map<string, Pending[]> = new Map();
  #flushing = false;
  #stuck: JournalEntry[] = [];
  #stuckRepeats: Map<string, number> = new Map();
  #retryAt = 0;
  #unmarked: JournalRow[] = [];
  #fileBehind = true;
  #counts: {
    reported: number;
    tunedOut: number;
    own: number;
    collapsed: number;
    deliveredAgain: number;
    lost: number;
  } = {
    reported: 0,
    tunedOut: 0,
    own: 0,
    collapsed: 0,
    deliveredAgain: 0,
    lost: 0,
  };
  /** Notices about the disk are said once, until it works again. */
  #told: Set<string> = new Set();

  constructor(parts: PipelineParts, tuning: Tuning) {
    this.#parts = parts;
    this.#tuning = tuning;
  }

  retune(tuning: Tuning): void {
    this.#tuning = tuning;
  }

  /** Takes a report of an engine; `record` is the agent's own copy of the record. */
  report(
    publisher: string,
    release: { readonly name: string; readonly version: string },
    record: Uint8Array,
    finding: Finding,
  ): void {
    this.#counts.reported++;
    let facts: RecordFacts;
    try {
      facts = readFacts(record);
    } catch {
      this.#counts.lost++;
      return;
    }
    // Launchers and the sensor do what rules look for: enter namespaces, load probes. What they start is not exempt.
    if (facts.ppid === process.pid) {
      this.#counts.own++;
      return;
    }
    const { rule, matched } = finding;
    const { path, user, parent, commandLine, file } = facts;
    const tuned = applyTuning(this.#tuning, {
      rule: rule.id,
      level: rule.level,
      path,
      user,
      parent,
      commandLine,
      file,
    });
    if ('dropped' in tuned) {
      this.#counts.tunedOut++;
      return;
    }
    const queue = this.#pending.get(publisher) ?? [];
    this.#pending.set(publisher, queue);
    if (queue.length >= MAX_PENDING) {
      this.#counts.lost++;
      return;
    }
    const uid = findingUid(publisher, rule.id, record);
    const key = JSON.stringify([publisher, rule.id, path, user, parent]);
    const variant = JSON.stringify([commandLine, file, matched]);
    const admitted = this.#parts.collapser.admit({ uid, key, variant }, this.#parts.now());
    if (admitted === 'again') {
      this.#counts.deliveredAgain++;
      return;
    }
    if (admitted !== 'new') {
      this.#counts.collapsed++;
      queue.push({ publisher, uid: admitted.repeats, entry: null, ocsf: null, level: '', ready: true });
      this.#schedule();
      return;
    }
    const pending: Pending = { publisher, uid, entry: null, ocsf: null, level: tuned.level, ready: false };
    queue.push(pending);
    const foundAt = Date.now();
    const finish = (description: Description | null): void => {
      try {
        pending.ocsf = detectionFinding(
          {
            uid,
            foundAt,
            event: facts.event,
            rule: { ...rule, level: tuned.level },
            matched,
            // The sensor's list begins with the process itself.
            ...(description !== null && { ancestors: description.ancestors.slice(1) }),
            ...(typeof description?.sha256 === 'string' && { sha256: description.sha256 }),
            publisher,
            release,
          },
          this.#parts.context,
        );
        pending.entry = { publisher, uid, at: foundAt, body: JSON.stringify(pending.ocsf) };
      } catch (error) {
        this.#counts.lost++;
        this.#parts.notice(`a finding of ${publisher} could not be written down: ${messageOf(error)}`);
      }
      pending.ready = true;
      this.#schedule();
    };
    this.#parts.describe(facts.pid, facts.startTime).then(finish, () => finish(null));
  }

  /** Regular work: windows that ended, disks that came back. Call it about every second. */
  tick(): void {
    const { collapser, journal } = this.#parts;
    if (this.#stuck.length > 0 && this.#parts.now() >= this.#retryAt) this.#keep([], new Map());
    this.#mark();
    const ended = collapser.expired(this.#parts.now());
    this.#guard('journal', () => this.#write(journal.rows(ended).map(withCount)));
    if (this.#fileBehind) this.#catchUp();
  }

  /** Writes everything that can be written, for a clean stop. */
  async close(timeoutMs = 1_000): Promise<void> {
    const until = this.#parts.now() + timeoutMs;
    while ([...this.#pending.values()].some((queue) => queue.length > 0) && this.#parts.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 10));
    this.#flush();
    const { collapser, journal, syslog } = this.#parts;
    this.#guard('journal', () => this.#write(journal.rows(collapser.flush()).map(withCount)));
    if (this.#fileBehind) this.#catchUp();
    this.#mark();
    syslog?.stop();
  }

  status(): PipelineStatus {
    return {
      ...this.#counts,
      waiting: this.#stuck.length,
      fileBehind: this.#fileBehind,
      syslogLost: this.#parts.syslog?.lost ?? 0,
    };
  }

  #schedule(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Keeps all that is ready, publisher by publisher in order, in one transaction. */
  #flush(): void {
    const entries: JournalEntry[] = [];
    const repeats = new Map<string, number>();
    const written: { publisher: string; level: string; ocsf: OcsfObject; body: string }[] = [];
    for (const queue of this.#pending.values()) {
      let taken = 0;
      for (const pending of queue) {
        if (!pending.ready) break;
        taken++;
        if (pending.entry !== null && pending.ocsf !== null) {
          entries.push(pending.entry);
          written.push({ ...pending, ocsf: pending.ocsf, body: pending.entry.body });
        } else if (pending.level === '') repeats.set(pending.uid, (repeats.get(pending.uid) ?? 0) + 1);
      }
      queue.splice(0, taken);
    }
    if (entries.length > 0 || repeats.size > 0) this.#keep(entries, repeats);
    // Told even when the disk refused it: whoever watches the screen or the system log still learns of it.
    for (const { publisher, level, ocsf, body } of written) {
      this.#parts.emit({ publisher, ocsf, json: body });
      this.#parts.syslog?.send(level, body);
    }
  }

  #keep(entries: readonly JournalEntry[], repeats: ReadonlyMap<string, number>): void {
    const all = [...this.#stuck, ...entries];
    for (const [uid, count] of repeats)
      this.#stuckRepeats.set(uid, (this.#stuckRepeats.get(uid) ?? 0) + count);
    let rows: JournalRow[];
    try {
      rows = this.#parts.journal.append(all, this.#stuckRepeats);
    } catch (error) {
      const over = Math.max(0, all.length - MAX_STUCK);
      this.#parts.journal.countLost(over);
      this.#stuck = all.slice(over);
      this.#retryAt = this.#parts.now() + RETRY_MS;
      this.#tell(
        'journal',
        `findings cannot be journalled (${messageOf(error)}); ${isDiskTrouble(error) ? 'is the disk full? ' : ''}up to ${MAX_STUCK} wait in memory`,
      );
      return;
    }
    this.#stuck = [];
    this.#stuckRepeats = new Map();
    this.#told.delete('journal');
    // While the file is behind, it gets the rows in order from the journal.
    if (!this.#fileBehind) this.#write(rows.map((row) => [row, row.body] as const));
  }

  /** Appends rows to the findings file; when the disk refuses, the journal has them and they come later. */
  #write(rows: readonly (readonly [JournalRow, string])[]): void {
    if (rows.length === 0) return;
    try {
      this.#parts.file.append(rows.map(([, line]) => line));
      this.#unmarked.push(...rows.map(([row]) => row));
      this.#told.delete('file');
    } catch (error) {
      this.#fileBehind = true;
      const why = errnoOf(error) === 'ENOSPC' ? 'the disk is full' : messageOf(error);
      this.#tell('file', `findings.jsonl cannot be written (${why}); the journal keeps them until it can`);
    }
  }

  #catchUp(): void {
    this.#guard('journal', () => {
      this.#mark();
      const rows = this.#parts.journal.unwritten();
      this.#fileBehind = false;
      this.#write(rows.map(withCount));
      if (rows.length > 0 && !this.#fileBehind) {
        this.#mark();
        this.#fileBehind = true; // there may be more
      }
    });
  }

  #mark(): void {
    if (this.#unmarked.length === 0) return;
    this.#guard('journal', () => {
      this.#parts.journal.markWritten(this.#unmarked);
      this.#unmarked = [];
    });
  }

  /** Runs what touches the journal; a disk that refuses is told once. */
  #guard(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#tell(what, `the findings journal cannot be used now: ${messageOf(error)}`);
    }
  }

  #tell(what: string, text: string): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.#parts.notice(text);
  }
}

/** The line of a row: repeats make it an update of the finding with their count (OCSF activity 2). */
function withCount(row: JournalRow): readonly [JournalRow, string] {
  if (row.count === 1) return [row, row.body];
  const finding = JSON.parse(row.body) as OcsfObject;
  const update = {
    ...finding,
    activity_id: 2,
    activity_name: 'Update',
    type_uid: 200402,
    type_name: 'Detection Finding: Update',
    count: row.count,
  };
  return [row, JSON.stringify(update)];
}
