/** The faults that a drill can inject. */
export const drillKinds = ['crash', 'hang', 'bloat', 'spin', 'flood', 'garbage'] as const;
export type DrillKind = (typeof drillKinds)[number];

/** `fault.json` of a drill's release. */
export interface Fault {
  readonly kind: DrillKind | 'none' | 'crash-at-start' | 'never-ready';
  /** It acts on a process start whose command line contains this. */
  readonly trigger: string;
  /** Event classes that it asks for; process_start unless given. */
  readonly classes?: readonly string[];
  /** Keep the number of events seen, for the next instance. */
  readonly saveState?: boolean;
}
