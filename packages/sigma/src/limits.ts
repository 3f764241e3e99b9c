type Limit =
  | 'fileLength'
  | 'documents'
  | 'errors'
  | 'nodes'
  | 'aliases'
  | 'depth'
  | 'values'
  | 'allRegexStates'
  | 'valueLength'
  | 'fieldLength'
  | 'conditionLength'
  | 'conditionDepth'
  | 'conditions'
  | 'conditionReferences'
  | 'regexLength'
  | 'regexStates'
  | 'expansions'
  | 'placeholderValues';

/**
 * Bounds on what a rule file may ask for. They are far above any published rule (SigmaHQ's largest has 4,432 values)
 * and low enough that a hostile file ends in an error within a moment.
 */
export const LIMITS: Readonly<Record<Limit, number>> = {
  /** UTF-16 units of one file. */
  fileLength: 4 * 1024 * 1024,
  documents: 1_000,
  /** Errors reported per file; later ones are dropped, the last one says so. */
  errors: 100,
  /** YAML nodes per file, aliases counted as what they stand for. */
  nodes: 500_000,
  /** Per file. */
  aliases: 100,
  depth: 32,
  /** Values per file, each alternative that a modifier makes of one counted. */
  values: 200_000,
  /** Characters of one value. */
  valueLength: 8_192,
  fieldLength: 256,
  conditionLength: 4_096,
  conditionDepth: 64,
  conditions: 100,
  /** Search identifiers that a condition refers to once `x of` is written out. */
  conditionReferences: 10_000,
  regexLength: 1_024,
  /** States of one compiled regular expression: `.{1000}` needs 1,000. */
  regexStates: 2_000,
  /** States of all regular expressions of a file together. */
  allRegexStates: 300_000,
  /** Strings that `windash` before an encoding may turn one value into. */
  expansions: 3_125,
  placeholderValues: 10_000,
};

/** What is left of the bounds that hold for a whole file. */
export class Budget {
  nodes: number = LIMITS.nodes;
  aliases: number = LIMITS.aliases;
  values: number = LIMITS.values;
  regexStates: number = LIMITS.allRegexStates;
}
