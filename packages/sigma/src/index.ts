export { SigmaError, type SigmaErrorCode, type SigmaErrorDetails } from './error.ts';
export { type EventReader, type FieldValue, fromObject } from './event.ts';
export { type CompileOptions, compile, type Matcher, type MatcherStats, type OnMatch } from './matcher.ts';
export type { Placeholders } from './modifiers.ts';
export { type ParseOptions, type ParseResult, parseRules } from './parse.ts';
export { type Requirements, requirementsOf } from './requirements.ts';
export {
  type Condition,
  type Item,
  LEVELS,
  type Level,
  type LogSource,
  type Rule,
  type Status,
  type Test,
} from './rule.ts';
export { type Exception, type RuleTuning, tune } from './tune.ts';
