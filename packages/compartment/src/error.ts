import type { LayerReport } from './layers.ts';

export type CompartmentErrorCode =
  /** An option is out of its range. */
  | 'bad-option'
  /** A file that the launch needs is not there. */
  | 'missing-file'
  /** A layer that the policy demands could not be applied. */
  | 'layer-missing'
  /** The launcher failed before it became the engine. */
  | 'launch-failed'
  /** The launcher did not answer in time. */
  | 'timeout'
  /** Not Linux, or not x64 or arm64. */
  | 'unsupported';

/** A compartment could not be started. */
export class CompartmentError extends Error {
  override readonly name = 'CompartmentError';
  readonly code: CompartmentErrorCode;
  /** The layers as far as they got, where the launcher ran. */
  readonly layers: readonly LayerReport[];

  constructor(
    code: CompartmentErrorCode,
    message: string,
    layers: readonly LayerReport[] = [],
    cause?: unknown,
  ) {
    super(message, { cause });
    this.code = code;
    this.layers = layers;
  }
}
