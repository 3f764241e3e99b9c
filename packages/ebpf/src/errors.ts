/** What is wrong with an ELF object. */
export type ElfErrorCode =
  | 'truncated'
  | 'not-elf'
  | 'unsupported' // valid ELF that is no little-endian 64-bit eBPF object
  | 'too-large'
  | 'invalid-section'
  | 'invalid-symbol'
  | 'invalid-relocation'
  | 'invalid-map'
  | 'invalid-program'
  | 'missing-btf';

/** What is wrong with BTF, in an object or from the kernel. */
export type BtfErrorCode =
  | 'truncated'
  | 'not-btf'
  | 'wrong-endianness'
  | 'too-large'
  | 'invalid-type'
  | 'invalid-string'
  | 'invalid-ext'
  | 'cyclic'
  | 'no-size'
  | 'kernel-refused';

/** Why a CO-RE relocation has no answer. */
export type CoreErrorCode = 'invalid' | 'no-match' | 'ambiguous' | 'unpatchable' | 'no-kernel-btf';

/** Wrong use of the library's API. */
export type EbpfErrorCode =
  | 'unknown-program'
  | 'unknown-map'
  | 'unknown-variable'
  | 'invalid-value'
  | 'read-only'
  | 'not-mappable'
  | 'disposed'
  | 'missing-option'
  | 'wrong-map-type'
  | 'wrong-program-type'
  | 'unresolved-extern'
  | 'corrupt-ring'
  | 'busy';

abstract class CodedError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The object file is malformed, hostile, or not an eBPF object. */
export class ElfError extends CodedError<ElfErrorCode> {
  override readonly name = 'ElfError';
}

/** BTF is malformed, hostile, or refused by the kernel. */
export class BtfError extends CodedError<BtfErrorCode> {
  override readonly name = 'BtfError';
}

/** A CO-RE relocation cannot be resolved against the kernel's types. */
export class CoreError extends CodedError<CoreErrorCode> {
  override readonly name = 'CoreError';
}

/** The library was asked for something that does not exist or does not fit. */
export class EbpfError extends CodedError<EbpfErrorCode> {
  override readonly name = 'EbpfError';
}
