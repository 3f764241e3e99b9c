import type { Finding, Hello, Ready } from '../../src/protocol/index.ts';

export const hello: Hello = {
  protocol: 1,
  publisher: 'example',
  release: { name: 'core', version: '1.0.0' },
  releaseDir: '/release',
  tuning: null,
  limits: { maxFrameBytes: 1_048_576, maxFindingsPerSecond: 100, batchDeadlineMs: 2000 },
  schema: 1,
  tier: 'core',
};

export const ready: Ready = {
  protocol: 1,
  engine: 'test',
  version: '1',
  subscriptions: [{ class: 'process_start', fields: ['process.path'] }, { class: 'file_create' }],
  rules: {
    loaded: 1,
    skipped: [{ file: 'a.yml', line: 3, reason: 'no' }],
    unfed: [{ rule: 'r', reason: 'tier' }],
  },
};

export const finding: Finding = {
  rule: { id: 'r', title: 'Rule', level: 'high', tags: ['attack.t1059'], author: 'a', description: 'd' },
  matched: { Image: '/bin/sh', ProcessId: 7, ok: true },
};
