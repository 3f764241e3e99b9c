export { Btf, type BtfMember, type BtfParameter, type BtfSectionVariable } from './btf/btf.ts';
export type { Value } from './btf/value.ts';
export {
  BtfError,
  type BtfErrorCode,
  CoreError,
  type CoreErrorCode,
  EbpfError,
  type EbpfErrorCode,
  ElfError,
  type ElfErrorCode,
} from './errors.ts';
export { kernelBtf } from './linux/btf-load.ts';
export { Collection, type LoadOptions } from './linux/collection.ts';
export { NotSupportedError, SyscallError, VerifierError } from './linux/errors.ts';
export { type FeatureAnswer, features } from './linux/features.ts';
export { type KernelVersion, kernelVersion } from './linux/kernel-version.ts';
export { type AttachOptions, IteratorLink, Link } from './linux/link.ts';
export { BPF_ANY, BPF_EXIST, BPF_NOEXIST, BpfMap, type Key, possibleCpus } from './linux/map.ts';
export { Program, type TestRunResult } from './linux/program.ts';
export { type LoadedProgram, loadedPrograms } from './linux/program-list.ts';
export { forEachRecord, RECORD_HEADER, type RecordCallback, RingBufferReader } from './linux/ringbuf.ts';
export type { SkipCode, SkippedProgram } from './linux/skip.ts';
export { CollectionSpec } from './spec/collection.ts';
export type { ProgramKind } from './spec/sections.ts';
export type {
  ExternSpec,
  FieldRelocation,
  MapSpec,
  ProgramSpec,
  Reference,
  VariableSpec,
} from './spec/types.ts';
export { Variables } from './spec/variables.ts';
