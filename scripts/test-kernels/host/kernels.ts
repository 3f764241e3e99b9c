/** The kernels that are booted: Debian's cloud kernel of three releases, in the order of what matters most. */
export interface KernelRelease {
  /** What it is called in the output and in the guest's expectations. */
  readonly name: string;
  /** The Debian release that has it. */
  readonly suite: string;
}

/** The package that depends on the current cloud kernel of a release. */
export const KERNEL_PACKAGE = 'linux-image-cloud-amd64';

export const KERNELS: readonly KernelRelease[] = [
  { name: '6.1', suite: 'bookworm' },
  { name: '5.10', suite: 'bullseye' },
  { name: '6.12', suite: 'trixie' },
];
