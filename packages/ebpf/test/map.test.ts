import { BPF_EXIST, BPF_NOEXIST, BpfMap, Collection, possibleCpus, SyscallError } from '@ringfence/ebpf';
import { expect, type TestContext, test } from 'vitest';
import { loadSpec } from './support/fixtures.ts';
import { requireKernel } from './support/kernel.ts';

function load(context: TestContext): Collection {
  requireKernel(context, 'raw_tp/sys_exit');
  return Collection.load(loadSpec('sensor'), { only: ({ name }) => name === 'produce' });
}

const u64 = (value: number): Uint8Array => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

test('a hash map takes, gives, replaces and forgets', (context) => {
  using collection = load(context);
  const map = collection.map('counts');
  expect(map.get(1)).toBeUndefined();
  map.put(1, u64(10), BPF_NOEXIST);
  map.put(u32(2), 20n);
  expect(map.get(1)).toEqual(u64(10));
  expect(map.get(u32(2))).toEqual(u64(20));
  expect(() => map.put(1, u64(11), BPF_NOEXIST)).toThrow(expect.objectContaining({ errno: 'EEXIST' }));
  expect(() => map.put(3, u64(30), BPF_EXIST)).toThrow(expect.objectContaining({ errno: 'ENOENT' }));
  expect(map.delete(1)).toBe(true);
  expect(map.delete(1)).toBe(false);
  expect([...map.entries()]).toEqual([[u32(2), u64(20)]]);
});

test('sizes that do not fit are refused before the kernel reads them', (context) => {
  using collection = load(context);
  const map = collection.map('counts');
  for (const key of [new Uint8Array(3), new Uint8Array(5), 2 ** 32, 1.5, -(2 ** 31) - 1]) {
    expect(() => map.get(key)).toThrow(expect.objectContaining({ name: 'EbpfError', code: 'invalid-value' }));
  }
  expect(() => map.put(1, new Uint8Array(7))).toThrow(expect.objectContaining({ code: 'invalid-value' }));
});

test('a full map says so', (context) => {
  using collection = load(context);
  const map = collection.map('counts');
  const fill = (): void => {
    for (let key = 0; key <= map.maxEntries; key += 1) map.put(key, u64(key));
  };
  expect(fill).toThrow(SyscallError);
  expect(fill).toThrow(expect.objectContaining({ errno: 'E2BIG' }));
});

test('walks and batches see every entry once', (context) => {
  using collection = load(context);
  const map = collection.map('counts');
  for (let key = 0; key < 100; key += 1) map.put(key, u64(key * 3));
  const walked = [...map.entries()].map(([key, value]) => [
    key[0],
    new DataView(value.buffer).getUint32(0, true),
  ]);
  expect(walked.sort((left, right) => (left[0] ?? 0) - (right[0] ?? 0))).toEqual(
    Array.from({ length: 100 }, (_, key) => [key, key * 3]),
  );
  for (const size of [1, 7, 512]) {
    const seen: number[] = [];
    for (const { keys, values, count } of map.batches(size)) {
      expect([keys.length, values.length]).toEqual([count * 4, count * 8]);
      for (let index = 0; index < count; index += 1) {
        const key = new DataView(keys.buffer).getUint32(index * 4, true);
        expect(new DataView(values.buffer).getUint32(index * 8, true)).toBe(key * 3);
        seen.push(key);
      }
    }
    expect(seen.sort((left, right) => left - right)).toEqual(Array.from({ length: 100 }, (_, key) => key));
  }
});

test('per-CPU values are one for each CPU', (context) => {
  using collection = load(context);
  const map = collection.map('percpu');
  const values = Array.from({ length: possibleCpus() }, (_, cpu) => u64(cpu + 100));
  map.putPerCpu(1, values);
  expect(map.getPerCpu(1)).toEqual(values);
  expect(map.getPerCpu(0)).toEqual(values.map(() => u64(0)));
  expect(() => map.putPerCpu(1, [])).toThrow(expect.objectContaining({ code: 'invalid-value' }));
  expect(() => collection.map('counts').getPerCpu(1)).toThrow(
    expect.objectContaining({ code: 'wrong-map-type' }),
  );
});

test('an array’s memory is shared with the kernel, until the map ends', (context) => {
  using collection = load(context);
  const map = collection.map('shared');
  const memory = map.mapping();
  expect(memory).toHaveLength(24);
  map.put(2, u64(77));
  expect(memory[16]).toBe(77);
  memory[0] = 55;
  expect(map.get(0)).toEqual(u64(55));
  expect(() => collection.map('counts').mapping()).toThrow(expect.objectContaining({ code: 'not-mappable' }));
  map[Symbol.dispose]();
  expect(memory).toHaveLength(0);
  expect(() => map.mapping()).toThrow(expect.objectContaining({ code: 'disposed' }));
});

test('a map is reached by its descriptor, which either side may close first', (context) => {
  using collection = load(context);
  const map = collection.map('counts');
  map.put(5, u64(50));
  const other = BpfMap.fromFd(map.fd);
  expect(other).toMatchObject({ name: 'counts', type: 1, keySize: 4, valueSize: 8, maxEntries: 128 });
  map[Symbol.dispose]();
  expect(other.get(5)).toEqual(u64(50));
  other[Symbol.dispose]();
  expect(() => other.get(5)).toThrow(expect.objectContaining({ code: 'disposed' }));
  expect(() => BpfMap.fromFd(0)).toThrow(SyscallError);
});

test('maps can be given to a collection, which uses them and leaves them open', (context) => {
  using first = load(context);
  const events = first.map('events');
  const only = { only: ({ name }: { name: string }) => name === 'produce' };
  const second = Collection.load(loadSpec('sensor'), { ...only, maps: { events } });
  second.program('produce').testRun({ context: new Uint8Array(Uint32Array.of(3, 0, 0, 0).buffer) });
  second[Symbol.dispose]();
  expect(events.fd).toBeGreaterThan(2);
  expect(() => Collection.load(loadSpec('sensor'), { ...only, maps: { nothing: events } })).toThrow(
    expect.objectContaining({ code: 'unknown-map' }),
  );
});

test('a map type that no kernel has costs the programs that use it', (context) => {
  requireKernel(context, 'raw_tp/sys_exit');
  const spec = loadSpec('sensor');
  const events = spec.maps.get('events');
  if (events !== undefined) events.type = 250;
  using collection = Collection.load(spec, {
    programs: 'skip-unsupported',
    only: ({ name }) => name === 'produce' || name === 'each_task',
  });
  expect([...collection.programs.keys()]).toEqual(['each_task']);
  expect(collection.skipped).toMatchObject([{ program: 'produce', code: 'map' }]);
  expect(() => Collection.load(spec, { only: ({ name }) => name === 'produce' })).toThrow(/no type 250 maps/);
});
