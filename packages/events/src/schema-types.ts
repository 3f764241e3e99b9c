/** How a field is stored in a record; see README, "Record layout". */
export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 'i32' | 'string' | 'strings' | 'ip';

export interface Field {
  /** Dotted name, unique in its class. */
  readonly name: string;
  readonly type: FieldType;
  /** Most bytes a `string` or `strings` field holds; longer ones are cut and the record says so. */
  readonly max?: number;
  readonly unit?: 'ns' | 'bytes';
  /** Who fills it: the kernel probe, or the sensor in user mode. */
  readonly by: 'probe' | 'sensor';
  /** First schema version that has it. */
  readonly since: number;
  readonly description: string;
  /** Field names in Sigma rules; the first is the one shown. */
  readonly sigma?: readonly string[];
  /** Attribute path in the OCSF 1.8 class of the event; without one it goes under `unmapped`. */
  readonly ocsf?: string;
}

/** `core` events come from hooks that tax no unrelated system call; `full` ones need system-call exit probes. */
export type Tier = 'core' | 'full';

/** What a record on the wire is made of. Events have ids below 0x8000, the sensor's internal probe records from there on. */
export interface RecordClass {
  /** Number on the wire. */
  readonly id: number;
  readonly name: string;
  readonly description: string;
  /** At most 64: each has a bit in the record's `truncated`. */
  readonly fields: readonly Field[];
}

export interface EventClass extends RecordClass {
  readonly since: number;
  readonly tier: Tier;
  /** Sigma log source (product is `linux`), and fields whose value the class itself fixes. */
  readonly sigma: { readonly category: string; readonly fixed?: Readonly<Record<string, string>> };
  /** OCSF 1.8 class and activity; absent where OCSF has no class that says the same. */
  readonly ocsf?: { readonly class_uid: number; readonly activity_id: number };
}
