import * as v from 'valibot';
import { parseDuration, parseShare } from './units.ts';

const duration = (cure: string) =>
  v.pipe(
    v.union([v.string(), v.number()], `write a duration such as ${cure}`),
    v.check(
      (x) => parseDuration(x) !== undefined,
      `write a duration such as ${cure}: a number and s, m, h or d`,
    ),
    v.transform((x) => parseDuration(x) as number),
  );

const share = (cure: string) =>
  v.pipe(
    v.union([v.string(), v.number()], `write a share such as ${cure}`),
    v.check((x) => parseShare(x) !== undefined, `write a share between 0 and 100 %, such as ${cure}`),
    v.transform((x) => parseShare(x) as number),
  );

const whole = (min: number, max: number, what: string) =>
  v.pipe(
    v.number(`write ${what} as a whole number`),
    v.integer(`write ${what} as a whole number`),
    v.minValue(min, `${what} is at least ${min}`),
    v.maxValue(max, `${what} is at most ${max}`),
  );

const name = v.pipe(
  v.string('write a name'),
  v.regex(
    /^[A-Za-z][\w.-]{0,63}$/,
    'a name starts with a letter and has letters, digits, _ . - only (64 at most)',
  ),
);

const text = v.pipe(
  v.string('write a text'),
  v.minLength(1, 'it is empty'),
  v.maxLength(200, 'at most 200 characters'),
);

const instant = v.pipe(
  v.string('write a time such as 2026-12-24T00:00:00Z'),
  v.isoTimestamp('write a time such as 2026-12-24T00:00:00Z'),
  v.transform((x) => Math.floor(Date.parse(x) / 1000)),
);

const stage = v.pipe(
  v.union([v.literal('all'), v.string(), v.number()]),
  v.check(
    (x) =>
      x === 'all' ||
      (typeof x === 'number' ? Number.isInteger(x) && x >= 1 && x <= 1e8 : (parseShare(x) ?? 0) > 0),
    'a stage is a number of hosts (10), a share of the fleet ("1%") or all',
  ),
  v.transform((x): Stage => {
    if (x === 'all') return { kind: 'all' };
    return typeof x === 'number'
      ? { kind: 'hosts', hosts: x }
      : { kind: 'share', share: parseShare(x) as number };
  }),
);

/** Where a stage ends: after so many hosts in all, a share of the fleet, or everyone. */
export type Stage =
  | { readonly kind: 'hosts'; readonly hosts: number }
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'all' };

const lane = (loadProof: string, soak: string) =>
  v.optional(
    v.strictObject({
      loadProof: v.optional(duration('30m'), loadProof),
      soak: v.optional(duration('24h, or 0s for none'), soak),
    }),
    {},
  );

/** A duration as people write it: "30m", or a whole number of seconds. */
type DurationText = string | number;
/** A share as people write it: "0.1%", or 0.001. */
type ShareText = string | number;

/** What a plan file may hold. Every field but `seed` has a default: the shipped plan is the empty one with a seed. */
export interface PlanInput {
  readonly version?: 1 | undefined;
  readonly category?: string | undefined;
  readonly seed: string;
  readonly labels?: string[] | undefined;
  readonly siteLabel?: string | null | undefined;
  readonly classes?: Record<string, { gap: DurationText }> | undefined;
  readonly stages?: (string | number)[] | undefined;
  readonly lane?: 'standard' | 'emergency' | undefined;
  readonly lanes?: { standard?: LaneInput | undefined; emergency?: LaneInput | undefined } | undefined;
  readonly background?: ShareText | undefined;
  readonly falseSilence?: ShareText | undefined;
  readonly alpha?: ShareText | undefined;
  readonly ramp?: { failures?: number | undefined; until?: number | undefined } | undefined;
  readonly waves?:
    | { factor?: number | undefined; settle?: DurationText | undefined; lateFailures?: number | undefined }
    | undefined;
  readonly budget?: number | 'auto' | undefined;
  readonly newLabelBatch?: number | undefined;
  readonly groupShare?: ShareText | undefined;
  readonly firstProof?: DurationText | undefined;
  readonly rebootProof?: DurationText | undefined;
  readonly absent?: DurationText | undefined;
  readonly hold?: DurationText | undefined;
  readonly stageShare?: ShareText | undefined;
  readonly complete?: ShareText | undefined;
  readonly clock?: DurationText | undefined;
  readonly onHalt?: 'revert' | 'freeze' | undefined;
  readonly siteFailures?: number | undefined;
  readonly paused?: boolean | undefined;
  readonly freeze?: { from: string; until: string }[] | undefined;
  readonly pins?: { label: string; value: string; release: string }[] | undefined;
  readonly exclude?: { label: string; value: string }[] | undefined;
}

interface LaneInput {
  readonly loadProof?: DurationText | undefined;
  readonly soak?: DurationText | undefined;
}

/** A checked plan: durations in whole seconds, shares between 0 and 1, times in seconds since 1970. */
export interface PlanFields {
  readonly version: 1;
  /** What this plan moves; one release of a category moves at a time. */
  readonly category: string;
  /** Secret: who knows it knows which hosts come first. */
  readonly seed: string;
  /** Host labels that count as strata, each value by itself. */
  readonly labels: string[];
  /** The label whose values fall silent together when a network is down. */
  readonly siteLabel: string | null;
  /** Per class of hosts the gap between check-ins that it exceeds with probability ≤ p0/10. */
  readonly classes: Record<string, { gap: number }>;
  readonly stages: Stage[];
  readonly lane: 'standard' | 'emergency';
  /** Load proofs pace batches, soaks pace stages. */
  readonly lanes: { readonly standard: Lane; readonly emergency: Lane };
  /** Share of healthy hosts that fail during a trial for reasons of their own. */
  readonly background: number;
  /** Share of healthy hosts that miss their deadline. */
  readonly falseSilence: number;
  /** The chance that a good release halts. */
  readonly alpha: number;
  /** Until so many are resolved: unresolved + batch ≤ failures ÷ upper bound. */
  readonly ramp: { readonly failures: number; readonly until: number };
  /** After the ramp: unresolved ≤ factor × resolved; a late fault within `settle` costs about `lateFailures` hosts. */
  readonly waves: { readonly factor: number; readonly settle: number; readonly lateFailures: number };
  /** Failures above p0 after which a person is asked. */
  readonly budget: number | 'auto';
  /** Hosts in a batch from a label value that has no healthy host yet. */
  readonly newLabelBatch: number;
  /** Share of a redundancy group that may be unresolved or failed at any time; one host always may. */
  readonly groupShare: number;
  readonly firstProof: number;
  readonly rebootProof: number | 'none';
  /** An offer not delivered for so long is withdrawn; a host gone for so long no longer holds up the ramp. */
  readonly absent: number;
  /** How long absent hosts hold up a stage after its soak before they are replaced. */
  readonly hold: number;
  /** Share of a stage that must have proved itself. */
  readonly stageShare: number;
  /** Share of the fleet at which the release is complete. */
  readonly complete: number;
  /** The interval at which `clock` events come; a gap of more than three was the server's own outage. */
  readonly clock: number;
  readonly onHalt: 'revert' | 'freeze';
  /** Failures by silence that count from a site which is down. */
  readonly siteFailures: number;
  readonly paused: boolean;
  readonly freeze: { readonly from: number; readonly until: number }[];
  readonly pins: { readonly label: string; readonly value: string; readonly release: string }[];
  readonly exclude: { readonly label: string; readonly value: string }[];
}

export interface Lane {
  readonly loadProof: number;
  readonly soak: number;
}

export const planSchema: v.GenericSchema<PlanInput, PlanFields> = v.strictObject({
  version: v.optional(v.literal(1, 'this version reads plans of version 1'), 1),
  category: v.optional(name, 'content'),
  seed: v.pipe(
    v.string('write a secret text'),
    v.minLength(16, 'at least 16 characters: who knows the seed knows which hosts come first'),
    v.maxLength(200, 'at most 200 characters'),
  ),
  labels: v.optional(v.pipe(v.array(name), v.maxLength(16, 'at most 16 labels')), [
    'os',
    'role',
    'site',
    'hardware',
    'tier',
  ]),
  siteLabel: v.optional(v.nullable(name), 'site'),
  classes: v.optional(
    v.pipe(
      v.record(name, v.strictObject({ gap: duration('4h') })),
      v.check(
        (x) => Object.keys(x).length >= 1 && Object.keys(x).length <= 64,
        'name 1 to 64 classes of hosts',
      ),
    ),
    { server: { gap: '30m' }, laptop: { gap: '21d' } },
  ),
  stages: v.optional(
    v.pipe(v.array(stage), v.minLength(2, 'at least two stages'), v.maxLength(50, 'at most 50 stages')),
    [10, 1686, '1%', '20%', 'all'],
  ),
  lane: v.optional(v.picklist(['standard', 'emergency'], 'a lane is standard or emergency'), 'standard'),
  lanes: v.optional(v.strictObject({ standard: lane('30m', '24h'), emergency: lane('10m', '0s') }), {}),
  background: v.optional(share('0.1%'), '0.1%'),
  falseSilence: v.optional(share('0.01%'), '0%'),
  alpha: v.optional(share('0.1%'), 0.001),
  ramp: v.optional(
    v.strictObject({
      failures: v.optional(whole(1, 1000, 'ramp.failures'), 5),
      until: v.optional(whole(1, 1e8, 'ramp.until'), 1686),
    }),
    {},
  ),
  waves: v.optional(
    v.strictObject({
      factor: v.optional(whole(1, 100, 'waves.factor'), 4),
      settle: v.optional(duration('4h'), '4h'),
      lateFailures: v.optional(whole(1, 1e6, 'waves.lateFailures'), 50),
    }),
    {},
  ),
  budget: v.optional(
    v.union([v.literal('auto'), whole(1, 1e8, 'budget')], 'a number of failures, or auto'),
    'auto',
  ),
  newLabelBatch: v.optional(whole(1, 1000, 'newLabelBatch'), 5),
  groupShare: v.optional(share('10%'), '10%'),
  firstProof: v.optional(duration('5m'), '5m'),
  rebootProof: v.optional(
    v.union([v.literal('none'), duration('14d')], 'a duration such as 14d, or none'),
    'none',
  ),
  absent: v.optional(duration('15m'), '15m'),
  hold: v.optional(duration('2h'), '2h'),
  stageShare: v.optional(share('80%'), '80%'),
  complete: v.optional(share('99%'), '99%'),
  clock: v.optional(duration('60s'), '60s'),
  onHalt: v.optional(v.picklist(['revert', 'freeze'], 'onHalt is revert or freeze'), 'revert'),
  siteFailures: v.optional(whole(1, 1000, 'siteFailures'), 1),
  paused: v.optional(v.boolean('write true or false'), false),
  freeze: v.optional(
    v.pipe(v.array(v.strictObject({ from: instant, until: instant })), v.maxLength(1000)),
    [],
  ),
  pins: v.optional(
    v.pipe(v.array(v.strictObject({ label: name, value: text, release: text })), v.maxLength(10_000)),
    [],
  ),
  exclude: v.optional(v.pipe(v.array(v.strictObject({ label: name, value: text })), v.maxLength(10_000)), []),
});
