/** Positive controls: each protection is switched off in turn, and the checks that pass with it must fail. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Lib, Play, type Setup, Violation } from './harness.ts';
import { moves, setups } from './moves.ts';
import { type Mutation, mutate } from './mutant.ts';

/** Rules that the random scripts check. */
const checked: readonly (Mutation & { readonly setup?: Partial<Setup> })[] = [
  {
    rule: 'nothing is offered after a halt',
    file: 'decide/advance.ts',
    from: "if (run.status !== 'moving') return;",
    to: '',
  },
  {
    rule: 'nothing is offered before the batch is resolved',
    file: 'decide/advance.ts',
    from: "if (run.pending > 0) return wait(state, run, out, 'batch', null);",
    to: '',
    setup: { plan: { lane: 'emergency' } },
  },
  {
    rule: 'a load proof paces batches',
    file: 'decide/advance.ts',
    from: 'if (run.n > 0 && state.now < loaded) return',
    to: 'if (state.now < 0) return',
  },
  {
    rule: 'a soak paces stages',
    file: 'decide/advance.ts',
    from: 'if (soak === 0 || run.hurried) return true;',
    to: 'if (soak >= 0) return true;',
  },
  {
    rule: 'the end of the stage bounds exposure',
    file: 'decide/advance.ts',
    from: 'offer(state, run, out, (targets[run.stage] as number) + run.replacements - run.n, false);',
    to: 'offer(state, run, out, state.derived.eligible, false);',
  },
  {
    rule: 'only hosts that talk are offered',
    file: 'decide/draw.ts',
    from: 'if ((flags & (KNOWN | TALKING | REMOVED | BARRED)) !== (KNOWN | TALKING)) return false;',
    to: 'if ((flags & (KNOWN | REMOVED | BARRED)) !== KNOWN) return false;',
  },
  {
    rule: 'an excluded label value gets nothing',
    file: 'decide/draw.ts',
    from: 'if ((flags & (KNOWN | TALKING | REMOVED | BARRED)) !== (KNOWN | TALKING)) return false;',
    to: 'if ((flags & (KNOWN | TALKING | REMOVED)) !== (KNOWN | TALKING)) return false;',
    setup: { humans: true },
  },
  {
    rule: 'no host is offered twice',
    file: 'decide/phases.ts',
    from: '  IN_N | CLOSED | PROVED,\n',
    to: '  IN_N | CLOSED | PROVED | CANDIDATE,\n',
  },
  {
    rule: 'silence is failure',
    file: 'decide/deadlines.ts',
    from: 'return failTrial(state, host, PRESUMED_FAILED);',
    to: 'settleHost(state, host, PENDING | UNRESOLVED); move(state, host, HEALTHY); return false;',
    setup: { faulty: 0.3, silent: true },
  },
  {
    rule: 'a presumed failure stays counted',
    file: 'decide/step.ts',
    from: '  if (!((COUNTS[phase] as number) & OPEN)) {\n',
    to: '  if (phase === 7) { move(state, host, HEALTHY); return NOTHING; }\n  if (!((COUNTS[phase] as number) & OPEN)) {\n',
  },
  {
    rule: 'a halt comes in the step of the crossing',
    file: 'decide/step.ts',
    from: '  if (!failTrial(state, host, FAILED)) return NOTHING;\n  const out: Decision[] = [];\n  haltIfCrossed(state, out);\n',
    to: '  if (!failTrial(state, host, FAILED)) return NOTHING;\n  const out: Decision[] = [];\n',
    setup: { faulty: 1, silent: false, faultyOs: -1 },
  },
  {
    rule: 'the whole evidence counts',
    file: 'decide/evidence.ts',
    from: 'if (total < threshold) return null;',
    to: 'if (total < threshold * 100) return null;',
    setup: { faulty: 0.3, silent: false, faultyOs: -1 },
  },
  {
    rule: 'a failure after the load proof counts',
    file: 'decide/deadlines.ts',
    from: 'if (!((COUNTS[before] as number) & IN_N) || before === FAILED || before === PRESUMED_FAILED) return false;',
    to: 'if (!((COUNTS[before] as number) & IN_N) || before === FAILED || before === PRESUMED_FAILED || before === HEALTHY) return false;',
    setup: { humans: true, faulty: 0 },
  },
  {
    rule: 'a redundancy group keeps its majority',
    file: 'decide/draw.ts',
    from: 'if ((this.#busy[group] as number) + inBatch >= allowed) return false;',
    to: '',
  },
  {
    rule: 'a new label value gets few hosts',
    file: 'decide/draw.ts',
    from: 'if (proved === 0) cap = plan.newLabelBatch;',
    to: '',
    setup: { faulty: 0 },
  },
  {
    rule: 'the promotion bound holds in the ramp',
    file: 'decide/pacing.ts',
    from: "limit(n === 0 ? 2 * plan.ramp.failures : Math.floor(plan.ramp.failures / upper) - unresolved, 'ramp');",
    to: '',
  },
  {
    rule: 'waves stay within four times what has proved itself',
    file: 'decide/pacing.ts',
    from: "limit(plan.waves.factor * resolved - unresolved, 'wave');",
    to: '',
    setup: { hosts: 390, faulty: 0, plan: { ramp: { failures: 5, until: 8 }, stages: [5, 8, '50%', 'all'] } },
  },
  {
    rule: 'the budget bounds what may be open',
    file: 'decide/pacing.ts',
    from: "limit(within * 100 < resolved ? 0 : within, 'budget');",
    to: '',
    setup: { plan: { budget: 6 }, faulty: 0.02, silent: false, faultyOs: -1 },
  },
  {
    rule: 'a refusal needs a proof of the old content',
    file: 'decide/step.ts',
    from: 'if (holds === undefined || holds !== state.releases[state.hosts.has[host] as number]) return NOTHING;',
    to: '',
  },
  {
    rule: 'labels wait during a trial',
    file: 'decide/hosts.ts',
    from: 'if (!((COUNTS[hosts.phase[host] as number] as number) & CANDIDATE)) {',
    to: 'if (hosts.phase[host] === 99) {',
    setup: { faulty: 0.3, silent: false },
  },
  {
    rule: 'an outage of the server is nobody else’s failure',
    file: 'decide/step.ts',
    from: 'if (state.now > 0 && at - state.now > 3 * state.plan.clock) noteServerOutage(state, state.now, at);',
    to: '',
  },
  {
    rule: 'a goodbye is no failure',
    file: 'decide/deadlines.ts',
    from: 'if (flags & GONE) meetGone(state, host, bucket);\n      else if',
    to: 'if',
  },
  {
    rule: 'a pause pauses',
    file: 'decide/advance.ts',
    from: "if (run.paused) return wait(state, run, out, 'paused', null);",
    to: '',
    setup: { humans: true, faulty: 0 },
  },
  {
    rule: 'a snapshot holds everything',
    file: 'decide/snapshot.ts',
    from: "'group', 'since', 'delivered', 'has', 'base'] as const",
    to: "'group', 'delivered', 'has', 'base'] as const",
  },
  {
    rule: 'nothing depends on chance',
    file: 'decide/draw.ts',
    from: 'const host = order.hostAt(position);',
    to: 'const host = order.hostAt(Math.floor(Math.random() * order.domain));',
  },
];

function findsFault(lib: Lib, fixed: Partial<Setup>): string | null {
  const property = fc.property(setups, moves, (setup, script) => {
    const play = new Play(lib, { ...setup, ...fixed });
    for (const move of script) play.move(move);
    play.checkReplay();
  });
  const result = fc.check(property, { numRuns: 250, seed: 19_07_2024, endOnFailure: true });
  if (!result.failed) return null;
  // A crash of the mutant would prove nothing about the checks.
  if (!(result.errorInstance instanceof Violation)) throw result.errorInstance;
  return result.errorInstance.message;
}

describe('each rule switched off', () => {
  for (const { setup, ...mutation } of checked) {
    test(mutation.rule, async () => {
      using mutant = await mutate(mutation);
      expect(findsFault(mutant.lib, setup ?? {})).not.toBeNull();
    }, 120_000);
  }
});
