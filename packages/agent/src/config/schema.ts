/** The shape of the configuration file, its bounds and its defaults. The README's table states the same. */
import * as v from 'valibot';
import type { Settings, SettingsInput } from './settings.ts';

const MiB = 1024 * 1024;
const count = (least: number, most: number) =>
  v.pipe(
    v.number('must be a number'),
    v.integer('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
const text = (most: number) =>
  v.pipe(
    v.string('must be text'),
    v.minLength(1, 'must not be empty'),
    v.maxLength(most, `must have at most ${most} characters`),
  );
/** Name of a publisher, as in release.json. */
const publisherName = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'a publisher is 1 to 63 of a-z 0-9 . _ - and begins with a letter or digit',
  ),
);

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;

const exception = v.pipe(
  v.strictObject({
    /** Patterns in which `*` stands for any text and `?` for one character. All that are given must match. */
    path: v.optional(text(4096)),
    user: v.optional(text(256)),
    parent: v.optional(text(4096)),
    commandLine: v.optional(text(4096)),
    /** The file that the event is about. */
    file: v.optional(text(4096)),
  }),
  v.check(
    (it) => Object.values(it).some((part) => part !== undefined),
    'an exception needs at least one of path, user, parent, commandLine, file',
  ),
);

/** By rule id; `*` is every rule. The engine of Ringfence takes the same, and the agent applies it to every engine's findings. */
const tuning = v.pipe(
  v.record(
    text(256),
    v.strictObject({
      /** true: no findings of this rule. */
      disable: v.optional(v.boolean('must be true or false')),
      /** Level of its findings, instead of the rule's own. */
      level: v.optional(v.picklist(LEVELS, `must be one of ${LEVELS.join(', ')}`)),
      exceptions: v.optional(v.pipe(v.array(exception), v.maxLength(200, 'at most 200 exceptions'))),
    }),
  ),
  // It goes to engines in one frame.
  v.check((it) => JSON.stringify(it).length <= 512 * 1024, 'the tuning is larger than 512 KiB'),
);

const limits = v.strictObject({
  /** Memory of a publisher's processes, bytes. */
  memoryBytes: v.optional(count(32 * MiB, 64 * 1024 * MiB), 512 * MiB),
  /** CPU, percent of one core. */
  cpuPercent: v.optional(count(1, 10_000), 100),
  /** Processes and threads. */
  pids: v.optional(count(1, 4096), 64),
  /** Open files. */
  files: v.optional(count(8, 65_536), 256),
  /** Bytes that wait in the publisher's queue. */
  queueBytes: v.optional(count(64 * 1024, 1024 * MiB), 32 * MiB),
  /** Events that wait in it. */
  queueEvents: v.optional(count(100, 10_000_000), 200_000),
  /** An engine that works longer on one batch counts as hung. */
  batchDeadlineMs: v.optional(count(50, 60_000), 2_000),
  /** An engine that answers no ping for so long counts as hung. */
  heartbeatDeadlineMs: v.optional(count(50, 120_000), 3_000),
  /** From its start to READY. */
  startDeadlineMs: v.optional(count(200, 120_000), 15_000),
  /** Findings a second that are kept; ten times as many are a flood. */
  findingsPerSecond: v.optional(count(1, 100_000), 200),
  /** At its CPU limit for so long with fewer than 2,000 events done per CPU second counts as spinning. */
  cpuOverBudgetMs: v.optional(count(500, 600_000), 10_000),
});

const recovery = v.strictObject({
  /** Failures are counted within this window. */
  windowSeconds: v.optional(count(1, 86_400), 600),
  /** So many failures of a release quarantine it, when it has nothing to fall back to. */
  failures: v.optional(count(1, 1000), 10),
  /** The same, when a last known good release is there to fall back to. */
  failuresWithFallback: v.optional(count(1, 1000), 3),
  /** Second failure waits so long, then doubling. */
  backoffMs: v.optional(count(10, 60_000), 250),
  backoffMaxMs: v.optional(count(10, 600_000), 30_000),
  /** A release becomes last known good after running so long without a failure … */
  probationSeconds: v.optional(count(0, 30 * 86_400), 600),
  /** … and after so many events. */
  probationEvents: v.optional(count(0, 1_000_000_000), 1_000),
});

const publisher = v.strictObject({
  enabled: v.optional(v.boolean('must be true or false'), true),
  limits: v.optional(v.partial(limits)),
  /** Layers of the wall without which this publisher's content does not run here. */
  requireLayers: v.optional(v.pipe(v.array(text(64)), v.maxLength(64)), []),
});

const findings = v.strictObject({
  /** findings.jsonl is moved to findings.jsonl.1 when it reaches this size. 0: never. */
  fileMaxBytes: v.optional(count(0, 100 * 1024 * MiB), 100 * MiB),
  /** Findings kept in the journal, oldest out first. */
  journalMax: v.optional(count(10, 10_000_000), 100_000),
  /** Bytes of the journal's database. */
  journalMaxBytes: v.optional(count(MiB, 100 * 1024 * MiB), 256 * MiB),
  /** Repeats of a finding within this time are counted, not written. 0: every one is written. */
  collapseSeconds: v.optional(count(0, 86_400), 60),
  /** Distinct command lines and matches of one rule, image, user and parent that are written in that time. */
  collapseVariants: v.optional(count(1, 10_000), 20),
  /** Send each finding to the system log (by `logger`): true, or the path of the log socket. */
  syslog: v.optional(v.union([v.boolean(), text(100)], 'must be true, false or the path of a socket'), false),
});

const sensor = v.strictObject({
  tier: v.optional(v.picklist(['core', 'full'], 'must be core or full'), 'core'),
  mode: v.optional(v.picklist(['auto', 'kernel', 'procfs'], 'must be auto, kernel or procfs'), 'auto'),
});

export const configSchema: v.GenericSchema<SettingsInput, Settings> = v.strictObject({
  sensor: v.optional(sensor, {}),
  /** Release folders, one per publisher; relative paths start at the configuration file. */
  content: v.optional(v.pipe(v.array(text(4096)), v.maxLength(64, 'at most 64 publishers')), []),
  publishers: v.optional(v.record(publisherName, publisher), {}),
  limits: v.optional(limits, {}),
  recovery: v.optional(recovery, {}),
  findings: v.optional(findings, {}),
  tuning: v.optional(tuning, {}),
  /** First and last uid for publishers' processes: above system users and systemd's, below those handed to containers. */
  uidRange: v.optional(
    v.pipe(
      v.tuple([count(1001, 2 ** 31), count(1001, 2 ** 31)]),
      v.check(([first, last]) => last >= first, 'the last uid must not be below the first'),
    ),
    [90_000, 90_999],
  ),
});
