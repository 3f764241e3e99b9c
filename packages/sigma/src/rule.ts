import type { Network } from './cidr.ts';
import type { Pattern } from './pattern.ts';
import type { LinearRegex } from './regex/search.ts';
import type { TimePart } from './time.ts';
import type { Place } from './yaml.ts';

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

export const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
export type Status = (typeof STATUSES)[number];

export const RELATIONS = ['derived', 'obsolete', 'merged', 'renamed', 'similar'] as const;
type Relation = (typeof RELATIONS)[number];

/** What a rule asks of its events' origin, or what an event says of it. Lower case. */
export interface LogSource {
  readonly product?: string | undefined;
  readonly category?: string | undefined;
  readonly service?: string | undefined;
}

/** A parsed rule. Pure data apart from its compiled regular expressions; everything in it has been checked. */
export interface Rule {
  readonly title: string;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly related: readonly { readonly id: string; readonly type: Relation }[];
  readonly taxonomy: string | undefined;
  readonly status: Status | undefined;
  readonly description: string | undefined;
  readonly license: string | undefined;
  readonly author: string | undefined;
  readonly references: readonly string[];
  /** `YYYY-MM-DD`. */
  readonly date: string | undefined;
  readonly modified: string | undefined;
  readonly logsource: LogSource & { readonly definition?: string | undefined };
  readonly condition: Condition;
  readonly fields: readonly string[];
  readonly falsepositives: readonly string[];
  readonly level: Level | undefined;
  readonly tags: readonly string[];
  readonly scope: readonly string[];
  /** ATT&CK technique ids out of the tags, such as `T1059.004`. */
  readonly techniques: readonly string[];
  /** Fields that the specification does not name; maps in them have no prototype. */
  readonly custom: Readonly<Record<string, unknown>>;
  readonly file: string | undefined;
  readonly place: Place;
}

/** A condition with its search identifiers and `x of` written out. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Condition[] }
  | { readonly kind: 'not'; readonly item: Condition }
  | Item;

/** One line of a selection: a field and what is asked of it. */
export interface Item {
  readonly kind: 'item';
  /** Undefined for keywords, which look in all values of the event. */
  readonly field: string | undefined;
  /** Each value is a list of alternatives (`base64offset` makes three of one), of which one must hold. */
  readonly values: readonly (readonly Test[])[];
  /** Every value must hold instead of one. */
  readonly all: boolean;
  /** `neq`: the item holds when its values do not. */
  readonly negated: boolean;
  readonly place: Place;
}

export type Comparison = 'eq' | 'lt' | 'lte' | 'gt' | 'gte';

/** A question about one value of a field. */
export type Test =
  | {
      readonly kind: 'pattern';
      readonly pattern: Pattern;
      readonly cased: boolean;
      readonly windash: boolean;
    }
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; readonly expected: boolean }
  | { readonly kind: 'regex'; readonly regex: LinearRegex }
  | {
      readonly kind: 'number';
      readonly comparison: Comparison;
      readonly value: number | bigint;
      /** Compare this part of a date instead of the value itself. */
      readonly part: TimePart | undefined;
    }
  | { readonly kind: 'cidr'; readonly network: Network }
  | {
      readonly kind: 'fieldref';
      readonly field: string;
      readonly where: 'equals' | 'startswith' | 'endswith' | 'contains';
      readonly cased: boolean;
    };
