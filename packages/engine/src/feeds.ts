import { type EventClass, eventClass, sigmaClasses, sigmaField } from '@ringfence/events';
import { type Rule, requirementsOf } from '@ringfence/sigma';

/** What the sensor delivers: kernel tiers, or `none` in reduced mode, where procfs is polled. */
export type SensorTier = 'core' | 'full' | 'none';

const POLLED: ReadonlySet<string> = new Set(['process_start', 'process_exit']);

function delivers(tier: SensorTier, eventClass: EventClass): boolean {
  if (tier === 'none') return POLLED.has(eventClass.name);
  return tier === 'full' || eventClass.tier === 'core';
}

/** The event classes that can feed a rule, with the fields that it reads of each; or why there are none. */
export type Feed =
  | { readonly fed: true; readonly fields: ReadonlyMap<string, readonly string[]> }
  | { readonly fed: false; readonly reason: string };

/**
 * Which classes a rule can be evaluated on, given what the sensor delivers. A rule that names a tier under
 * `ringfence: { tier: full }` is not fed by a smaller one, even if some class of its category is.
 */
export function feedOf(rule: Rule, tier: SensorTier): Feed {
  const { product, category, service } = rule.logsource;
  if (product !== undefined && product !== 'linux')
    return { fed: false, reason: `product ${product} is not this host's` };
  if (service !== undefined)
    return { fed: false, reason: `service ${service} is a log that this sensor does not read` };
  if (category === undefined) return { fed: false, reason: 'the log source names no category' };
  const all = sigmaClasses(category).map((name) => eventClass(name));
  if (all.length === 0) return { fed: false, reason: `no event class has the category ${category}` };
  if (tierOf(rule) === 'full' && tier !== 'full') return { fed: false, reason: 'needs tier full' };
  const delivered = all.filter((candidate) => delivers(tier, candidate));
  if (delivered.length === 0) {
    return {
      fed: false,
      reason:
        tier === 'none' ? 'reduced mode sees process starts only' : `category ${category} needs tier full`,
    };
  }
  const { fields, keywords } = requirementsOf(rule);
  if (keywords) return { fed: false, reason: 'keywords are for logs; name the fields of the event' };
  // Who names a tier has thought of it: such a rule may ask for a field (a result, to leave failures out) that only
  // the classes of a larger tier have.
  const having = declaredTier(rule) === undefined ? delivered : all;
  for (const field of fields) {
    if (having.every(({ name }) => sigmaField(name, field) === undefined)) {
      return { fed: false, reason: `no event of category ${category} has the field ${field}` };
    }
  }
  return { fed: true, fields: new Map(delivered.map(({ name }) => [name, fields])) };
}

/** The tier that a rule asks for under its own key `ringfence`. */
export function tierOf(rule: Rule): 'core' | 'full' {
  return declaredTier(rule) ?? 'core';
}

function declaredTier(rule: Rule): 'core' | 'full' | undefined {
  const own = rule.custom['ringfence'];
  const tier = typeof own === 'object' && own !== null && 'tier' in own ? own.tier : undefined;
  return tier === 'core' || tier === 'full' ? tier : undefined;
}
