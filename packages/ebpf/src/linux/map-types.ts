/** BPF_MAP_TYPE_* by name, with the first kernel that has the type. */
export const mapTypes: Readonly<Record<string, readonly [number: number, minimumKernel: string]>> = {
  hash: [1, '3.19'],
  array: [2, '3.19'],
  prog_array: [3, '4.2'],
  perf_event_array: [4, '4.3'],
  percpu_hash: [5, '4.6'],
  percpu_array: [6, '4.6'],
  stack_trace: [7, '4.6'],
  cgroup_array: [8, '4.8'],
  lru_hash: [9, '4.10'],
  lru_percpu_hash: [10, '4.10'],
  lpm_trie: [11, '4.11'],
  array_of_maps: [12, '4.12'],
  hash_of_maps: [13, '4.12'],
  devmap: [14, '4.14'],
  sockmap: [15, '4.14'],
  cpumap: [16, '4.15'],
  xskmap: [17, '4.18'],
  sockhash: [18, '4.18'],
  cgroup_storage: [19, '4.19'],
  reuseport_sockarray: [20, '4.19'],
  percpu_cgroup_storage: [21, '4.20'],
  queue: [22, '4.20'],
  stack: [23, '4.20'],
  sk_storage: [24, '5.2'],
  devmap_hash: [25, '5.4'],
  struct_ops: [26, '5.6'],
  ringbuf: [27, '5.8'],
  inode_storage: [28, '5.10'],
  task_storage: [29, '5.11'],
  bloom_filter: [30, '5.16'],
  user_ringbuf: [31, '6.1'],
  cgrp_storage: [32, '6.2'],
  arena: [33, '6.9'],
};

/** The first kernel that has a map type, where known. */
export function mapTypeSince(type: number): string | undefined {
  return Object.values(mapTypes).find(([number]) => number === type)?.[1];
}

/** The type's name, or its number. */
export function mapTypeName(type: number): string {
  return Object.entries(mapTypes).find(([, [number]]) => number === type)?.[0] ?? `type ${type}`;
}
