import { features, kernelVersion } from '@ringfence/ebpf';
import { describe, expect, test } from 'vitest';
import { requireKernel } from './support/kernel.ts';

const isAtLeast = (major: number, minor: number): boolean => {
  const [ownMajor, ownMinor] = kernelVersion();
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
};

describe('features of this kernel', () => {
  test('program types', (context) => {
    requireKernel(context);
    for (const section of ['socket', 'xdp', 'raw_tp', 'cgroup/connect4', 'cgroup/sendmsg6', 'perf_event']) {
      expect(features.program(section), section).toEqual({ supported: 'yes', reason: '' });
    }
    expect(features.program('tp_btf/no_such_tracepoint')).toMatchObject({ supported: 'no' });
    expect(features.program('unheard/of')).toMatchObject({ supported: 'inconclusive' });
  });

  test('map types, by the version that has them', (context) => {
    requireKernel(context);
    for (const [type, major, minor] of [
      ['ringbuf', 5, 8],
      ['bloom_filter', 5, 16],
      ['user_ringbuf', 6, 1],
      ['arena', 6, 9],
      ['hash_of_maps', 4, 12],
      ['lpm_trie', 4, 11],
      ['task_storage', 5, 11],
    ] as const) {
      expect(features.mapType(type).supported, type).toBe(isAtLeast(major, minor) ? 'yes' : 'no');
    }
    expect(features.mapType(250)).toMatchObject({ supported: 'no' });
    expect(() => features.mapType('nonsense')).toThrow(expect.objectContaining({ code: 'invalid-value' }));
  });

  test('helpers, by program type', (context) => {
    requireKernel(context);
    expect(features.helper('raw_tp', 14).supported).toBe('yes'); // bpf_get_current_pid_tgid
    expect(features.helper('raw_tp', 130).supported).toBe('yes'); // bpf_ringbuf_output
    expect(features.helper('raw_tp', 9999).supported).toBe('no');
    expect(features.helper('raw_tp', 44).supported).toBe('no'); // bpf_xdp_adjust_head
    expect(features.helper('xdp', 44).supported).toBe('yes');
    expect(features.helper('raw_tp', 181).supported).toBe(isAtLeast(5, 17) ? 'yes' : 'no'); // bpf_loop
  });

  test('tracepoints, BTF and memory accounting', (context) => {
    requireKernel(context);
    expect(features.kernelTypes().supported).toBe('yes');
    expect(features.tracepoint('sched_process_exec').supported).toBe('yes');
    expect(features.tracepoint('no_such_tracepoint').supported).toBe('no');
    expect(features.btfKind('float').supported).toBe(isAtLeast(5, 13) ? 'yes' : 'no');
    expect(features.btfKind('enum64').supported).toBe(isAtLeast(6, 0) ? 'yes' : 'no');
    expect(features.memlockAccounting().supported).toBe(isAtLeast(5, 11) ? 'no' : 'yes');
  });

  test('certain answers are kept', (context) => {
    requireKernel(context);
    expect(features.program('xdp')).toBe(features.program('xdp'));
  });
});
