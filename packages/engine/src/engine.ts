import { readFileSync } from 'node:fs';
import type { EngineContext, EngineHandlers, Finding, Hello, Ready } from '@ringfence/compartment/protocol';
import type { FieldValue, Rule } from '@ringfence/sigma';
import { levelOf, loadContent } from './content.ts';
import { Evaluator } from './evaluator.ts';
import type { SensorTier } from './feeds.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Longest value shown as evidence; the agent has the whole event. */
const EVIDENCE_CHARACTERS = 1024;

/** The first-party engine as handlers of the engine protocol: Sigma rules in, findings out. */
export class SigmaEngine implements EngineHandlers {
  #evaluator = new Evaluator([]);

  onHello(hello: Hello): Omit<Ready, 'protocol'> {
    const content = loadContent(hello.releaseDir, { tier: tierFrom(hello.tier) });
    this.#evaluator = new Evaluator(content.rules);
    return {
      engine: 'ringfence',
      version,
      subscriptions: [...content.subscriptions].map(([name, fields]) => ({ class: name, fields })),
      rules: {
        loaded: content.rules.length,
        skipped: content.skipped.map(({ file, line, reason }) => ({
          file,
          line,
          reason: reason.slice(0, 1000),
        })),
        unfed: content.unfed.map(({ rule, reason }) => ({
          rule: rule.slice(0, 250),
          reason: reason.slice(0, 1000),
        })),
      },
    };
  }

  onBatch(batch: { readonly records: Uint8Array }, context: EngineContext): void {
    this.#evaluator.evaluate(batch.records, (index, rule, fields) =>
      context.finding(index, findingOf(rule, fields)),
    );
  }
}

function findingOf(rule: Rule, fields: ReadonlyMap<string, FieldValue>): Finding {
  return {
    rule: {
      id: rule.id ?? rule.title,
      title: rule.title,
      level: levelOf(rule),
      tags: rule.tags.slice(0, 64),
      ...(rule.author === undefined ? {} : { author: rule.author.slice(0, 500) }),
      ...(rule.description === undefined ? {} : { description: rule.description.slice(0, 2000) }),
    },
    matched: Object.fromEntries([...fields].flatMap(([field, value]) => evidence(field, value))),
  };
}

function evidence(field: string, value: FieldValue): [string, string | number | boolean][] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'number' || typeof value === 'boolean') return [[field, value]];
  const text =
    typeof value === 'string' ? value : typeof value === 'bigint' ? value.toString() : value.join(' ');
  return [[field, text.slice(0, EVIDENCE_CHARACTERS)]];
}

function tierFrom(tier: string): SensorTier {
  return tier === 'core' || tier === 'full' ? tier : 'none';
}
