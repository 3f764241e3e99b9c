import { readFileSync } from 'node:fs';
import { release, version } from 'node:os';

/** A kernel's version as its three numbers. */
export type KernelVersion = readonly [major: number, minor: number, patch: number];

/**
 * The running kernel's upstream version. Debian and Ubuntu put another one into the release name, so that what they
 * say elsewhere goes first.
 */
export function kernelVersion(): KernelVersion {
  return (
    parseVersion(/^Ubuntu .* (\S+)$/m.exec(readSignature())?.[1]) ??
    parseVersion(/Debian (\d+\.\d+\.\d+)/.exec(version())?.[1]) ??
    parseVersion(release()) ?? [0, 0, 0]
  );
}

export function isAtLeast(major: number, minor: number): boolean {
  const [ownMajor, ownMinor] = kernelVersion();
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** KERNEL_VERSION(a, b, c) as <linux/version.h> packs it. */
export function versionCode([major, minor, patch]: KernelVersion): number {
  return (major << 16) | (minor << 8) | Math.min(patch, 255);
}

function parseVersion(text: string | undefined): KernelVersion | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? '');
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

function readSignature(): string {
  try {
    return readFileSync('/proc/version_signature', 'utf8').trim();
  } catch {
    return '';
  }
}
