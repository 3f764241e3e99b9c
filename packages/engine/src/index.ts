export { type Content, type ContentOptions, levelOf, loadContent } from './content.ts';
export { SigmaEngine } from './engine.ts';
export { Evaluator, type OnMatch } from './evaluator.ts';
export { type Feed, feedOf, type SensorTier, tierOf } from './feeds.ts';
export { RuleBounds, type Skipped } from './rule-files.ts';
export { type EngineRuntime, engineRuntime, firstPartyRelease } from './runtime.ts';
