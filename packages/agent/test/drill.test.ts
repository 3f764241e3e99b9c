/** Each drill as `ringfence drill` runs it: own agent, real sensor, real wall. */
import { describe, expect, it } from 'vitest';
import { drillCauses, runDrill } from '../src/drills/drill.ts';
import { drillKinds } from '../src/drills/fault.ts';

describe.runIf(process.getuid?.() === 0)('the drill', { timeout: 90_000 }, () => {
  it.each(drillKinds)('%s passes', async (kind) => {
    const { result, failures, evidence } = await runDrill(kind);
    expect(failures).toEqual([]);
    expect(result).toMatchObject({
      drill: kind,
      pass: true,
      cause: drillCauses[kind],
      agentAlive: true,
      residue: [],
    });
    expect(evidence?.cause).toBe(result.cause);
    expect(evidence?.resources.length).toBeGreaterThan(0);
    expect(result.others.length).toBe(2);
    for (const { events, lost } of result.others) {
      expect(events).toBeGreaterThan(0);
      expect(lost).toBe(0);
    }
    expect(result.ownLost).toBeGreaterThan(0);
  });
});
