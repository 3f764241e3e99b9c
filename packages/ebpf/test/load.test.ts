import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import {
  Btf,
  BtfError,
  Collection,
  CoreError,
  EbpfError,
  features,
  kernelVersion,
  NotSupportedError,
  VerifierError,
} from '@ringfence/ebpf';
import { describe, expect, test } from 'vitest';
import { encodeForKernel } from '../src/btf/encode.ts';
import { loadBtf, tryLoadBtf } from '../src/linux/btf-load.ts';
import { summarize } from '../src/linux/errors.ts';
import { native } from '../src/linux/native.ts';
import { syscallNumbers } from '../src/linux/syscalls.ts';
import { loadSpec, targetBtf } from './support/fixtures.ts';
import { requireKernel } from './support/kernel.ts';

const openFds = (): number => readdirSync('/proc/self/fd').length;
const context24 = new Uint8Array(24);

describe('loading', () => {
  test('leaves out what this kernel lacks, says why, and loads the rest', (context) => {
    requireKernel(context, 'tp_btf/sched_process_exec', 'raw_tp/sys_exit', 'cgroup/connect4', 'iter/task');
    using collection = Collection.load(loadSpec('sensor'), { programs: 'skip-unsupported' });
    expect([...collection.programs.keys()]).toEqual(
      expect.arrayContaining(['on_exec', 'produce', 'guards_missing_field', 'on_connect', 'each_task']),
    );
    const skipped = new Map(collection.skipped.map((skip) => [skip.program, skip]));
    expect(skipped.get('on_nothing')).toMatchObject({
      code: 'missing-hook',
      reason: 'This kernel has no tracepoint no_such_tracepoint',
    });
    expect(skipped.get('needs_missing_field')).toMatchObject({
      code: 'relocation',
      reason: expect.stringContaining('field offset of struct task_struct___nowhere.no_such_field'),
    });
    expect(skipped.get('refused')).toMatchObject({ code: 'verifier', error: expect.any(VerifierError) });
    // Locked-down kernels refuse fentry; others load it.
    const fentry = features.program('fentry/do_exit').supported;
    expect(collection.programs.has('not_permitted')).toBe(fentry === 'yes');
    if (fentry === 'inconclusive') expect(skipped.get('not_permitted')?.code).toBe('permission');
    expect(collection.programs.has('only_when_chosen')).toBe(false);
    expect(() => collection.program('refused')).toThrow(/was skipped/);
    expect(() => collection.program('nothing')).toThrow(EbpfError);
  });

  test('a guarded use of a missing field loads, and the guard is false', (context) => {
    requireKernel(context, 'tp_btf/sched_process_exit');
    using collection = Collection.load(loadSpec('sensor'), {
      only: ({ name }) => name === 'guards_missing_field',
    });
    expect(collection.programs.size).toBe(1);
  });

  test('throws at the first refusal unless told to skip, and leaves nothing open', (context) => {
    requireKernel(context, 'tp_btf/sched_process_exec');
    Collection.load(loadSpec('sensor'), { programs: 'skip-unsupported' })[Symbol.dispose]();
    const before = openFds();
    expect(() => Collection.load(loadSpec('sensor'))).toThrow(NotSupportedError);
    const refused = loadSpec('sensor');
    expect(() => Collection.load(refused, { only: ({ name }) => name === 'refused' })).toThrow(VerifierError);
    expect(openFds()).toBe(before);
  });

  test('programs chosen by `only` load though their section says not to', (context) => {
    requireKernel(context, 'raw_tp/sched_process_fork');
    using collection = Collection.load(loadSpec('sensor'), {
      only: ({ name }) => name === 'only_when_chosen',
    });
    expect([...collection.programs.keys()]).toEqual(['only_when_chosen']);
  });

  test('takes well under a second, the kernel’s types included', (context) => {
    requireKernel(context, 'tp_btf/sched_process_exec');
    const start = performance.now();
    using collection = Collection.load(loadSpec('sensor'), { programs: 'skip-unsupported' });
    expect(collection.programs.size).toBeGreaterThan(3);
    expect(performance.now() - start).toBeLessThan(800);
  });

  test('a spec can be loaded twice, and stays as it was', (context) => {
    requireKernel(context, 'raw_tp/sys_exit');
    const spec = loadSpec('sensor');
    const only = { only: ({ name }: { name: string }) => name === 'produce' };
    using first = Collection.load(spec, only);
    first.program('produce').testRun({ context: context24 });
    using second = Collection.load(spec, only);
    expect(first.variables.get('loop_sum')).toBe(45n);
    expect(second.variables.get('loop_sum')).toBe(0n);
    expect(spec.variables.get('loop_sum')).toBe(0n);
  });
});

describe('a verifier refusal', () => {
  test('says the last useful lines and keeps the log', (context) => {
    requireKernel(context, 'tp_btf/sched_process_exit');
    try {
      Collection.load(loadSpec('sensor'), { only: ({ name }) => name === 'refused' });
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof VerifierError)) throw error;
      expect(error.message).not.toContain('\n');
      expect(error.message).toMatch(/^program refused: EACCES: .*\(\d+ lines omitted\)$/);
      expect(error.log.split('\n').length).toBeGreaterThan(3);
      expect(error.log).toContain('sensor.bpf.c'); // by the line info that was loaded with it
    }
  });

  test('for what the kernel lacks names that, and its cause is the relocation', (context) => {
    requireKernel(context, 'tp_btf/sched_process_exit');
    try {
      Collection.load(loadSpec('sensor'), { only: ({ name }) => name === 'needs_missing_field' });
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof VerifierError)) throw error;
      expect(error.cause).toBeInstanceOf(CoreError);
      expect(error.message).toContain('no_such_field');
      expect(error.log).not.toBe('');
    }
  });

  test.each([
    ['', 'the kernel gave no log'],
    ['one line', 'one line'],
    [
      'a\nb\nR1 type=ctx expected=fp\nprocessed 1 insns (limit 1000000) max_states_per_insn 0',
      'R1 type=ctx expected=fp (2 lines omitted)',
    ],
    ['0: R1=ctx()\n1: (95) exit\nR0 !read_ok\nprocessed 1 insns', 'R0 !read_ok (2 lines omitted)'],
    [
      'first\n5: (79) r1 = *(u64 *)(r1 +0)\ninvalid access\n',
      '5: (79) r1 = *(u64 *)(r1 +0): invalid access (1 line omitted)',
    ],
  ])('summary of %j', (log, summary) => {
    expect(summarize(log)).toBe(summary);
  });
});

describe('CO-RE in the kernel', () => {
  test('the patched program sees the values of the types it was relocated against', (context) => {
    requireKernel(context, 'raw_tp/sys_exit');
    using collection = Collection.load(loadSpec('core'), {
      relocateAgainst: targetBtf(),
      only: ({ name }) => name === 'core',
    });
    collection.program('core').testRun({ context: context24 });
    const results = collection.variables.get('results') as readonly bigint[];
    expect(results.slice(0, 36)).toEqual(
      [
        12,
        24,
        28,
        72,
        40,
        204,
        32,
        4,
        400,
        54,
        61,
        1,
        0,
        0,
        1,
        1,
        8,
        0,
        0,
        1,
        0,
        432,
        0,
        1,
        1,
        1,
        0,
        10,
        0,
        1,
        0x700000000,
        BigInt.asUintN(64, -7n),
        1,
        targetBtf().find(4, 'widget') ?? 0,
        0,
        444,
      ].map(BigInt),
    );
  });
});

describe('externs', () => {
  test('have the kernel’s values, and missing ones cost only the programs that need them', (context) => {
    requireKernel(context, 'raw_tp/sys_exit', 'tp_btf/sched_process_exec');
    using collection = Collection.load(loadSpec('extern'), { programs: 'skip-unsupported' });
    const skipped = new Map(collection.skipped.map(({ program, code }) => [program, code]));
    expect(skipped.get('needs_missing_kfunc')).toBe('relocation');
    expect(skipped.get('missing_config')).toBe('relocation');
    collection.program('kernel_symbols').testRun({ context: context24 });
    expect(collection.variables.get('address')).toBeGreaterThan(2n ** 63n);
    expect(collection.variables.get('wrapper')).toBe(1);
    // Kernel functions: bpf_rcu_read_lock is of Linux 6.2.
    const [major, minor] = kernelVersion();
    if (major > 6 || (major === 6 && minor >= 2))
      expect(collection.programs.has('kernel_functions')).toBe(true);
  });

  test('LINUX_KERNEL_VERSION is the running kernel’s', (context) => {
    requireKernel(context, 'tp_btf/sched_process_exec');
    const spec = loadSpec('sensor');
    using collection = Collection.load(spec, { only: ({ name }) => name === 'on_exec' });
    using link = collection.program('on_exec').attach();
    expect(link.fd).toBeGreaterThan(2);
    // Any program that starts runs the probe.
    for (let tries = 0; collection.variables.get('execs') === 0n && tries < 20; tries += 1) spawnTrue();
    const [major, minor, patch] = kernelVersion();
    expect(collection.variables.get('kernel_version')).toBe(
      (major << 16) + (minor << 8) + Math.min(patch, 255),
    );
    // The counter in .bss is the kernel's own memory.
    const before = collection.variables.get('execs') as bigint;
    expect(before).toBeGreaterThan(0n);
    spawnTrue();
    expect(collection.variables.get('execs') as bigint).toBeGreaterThan(before);
  });

  test('maps of maps and of programs are filled', (context) => {
    requireKernel(context, 'raw_tp/sys_exit');
    using collection = Collection.load(loadSpec('extern'), { programs: 'skip-unsupported' });
    const keys = (name: string): number[] => [...collection.map(name).entries()].map(([key]) => key[0] ?? -1);
    expect(keys('outer')).toEqual([0, 2]);
    expect(keys('programs')).toEqual([1]);
  });
});

describe('global variables', () => {
  test('set before the load are what the program sees; .rodata is frozen, .data and .bss are live', (context) => {
    requireKernel(context, 'raw_tp/sys_exit');
    const spec = loadSpec('extern');
    spec.variables.set('picked', 0);
    using collection = Collection.load(spec, { only: ({ name }) => name === 'strings' });
    const run = (): number => collection.program('strings').testRun({ context: context24 }).returnValue;
    expect(run()).toBe('o'.charCodeAt(0));
    collection.variables.set('picked', 1);
    expect(run()).toBe('t'.charCodeAt(0));
    expect(() => collection.variables.set('names', new Uint8Array(16))).toThrow(
      expect.objectContaining({ name: 'EbpfError', code: 'read-only' }),
    );
    expect(Buffer.from(collection.variables.get('names') as Uint8Array).toString()).toContain('two');
  });

  test('after dispose they throw, and memory that was handed out reads as nothing', (context) => {
    requireKernel(context, 'raw_tp/sys_exit');
    const collection = Collection.load(loadSpec('extern'), { only: ({ name }) => name === 'strings' });
    const bytes = collection.variables.bytes('picked');
    expect(bytes).toHaveLength(4);
    collection[Symbol.dispose]();
    expect(bytes).toHaveLength(0);
    expect(bytes[0]).toBeUndefined();
    expect(() => collection.variables.get('picked')).toThrow(expect.objectContaining({ code: 'disposed' }));
    expect(() => collection.program('strings').testRun()).toThrow(
      expect.objectContaining({ code: 'disposed' }),
    );
  });
});

describe('BTF in the kernel', () => {
  test('is accepted in each form that old kernels need', (context) => {
    requireKernel(context);
    for (const name of ['sensor', 'core', 'extern', 'core-target']) {
      const btf = loadSpec(name).btf as Btf;
      for (const value of [true, false]) {
        const support = { float: value, declTag: value, typeTag: value, enum64: value };
        const fd = tryLoadBtf(encodeForKernel(btf, support, new Set(['hidden_function'])));
        expect(fd, `${name} ${value}`).toBeGreaterThan(0);
        native().syscall(syscallNumbers().close, fd);
      }
    }
  });

  test('that the kernel refuses gives a BtfError with its reason', (context) => {
    requireKernel(context);
    const bytes = encodeForKernel(loadSpec('core').btf as Btf, {
      float: true,
      declTag: true,
      typeTag: true,
      enum64: true,
    });
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(24 + 8, 0xffff, true); // the first type refers to nothing
    expect(() => loadBtf(Btf.parse(bytes), new Set())).toThrow(BtfError);
  });
});

test('hostile programs that parse are refused by the kernel or load, and nothing else', (context) => {
  requireKernel(context, 'raw_tp/sys_exit');
  const good = loadSpec('extern').programs.get('strings');
  const spec = loadSpec('extern');
  for (let seed = 0; seed < 30; seed += 1) {
    const bytes = good?.instructions.slice() ?? new Uint8Array(8);
    bytes[(seed * 13) % bytes.length] = (seed * 37) & 255;
    const program = { ...spec.programs.get('strings'), instructions: bytes };
    (spec.programs as Map<string, unknown>).set('strings', program);
    using collection = Collection.load(spec, {
      only: ({ name }) => name === 'strings',
      programs: 'skip-unsupported',
    });
    expect(collection.programs.size + collection.skipped.length).toBe(1);
  }
});

function spawnTrue(): void {
  spawnSync('/bin/true');
}
