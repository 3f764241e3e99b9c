import { platform } from 'node:os';
import { CommandError } from './command-error.ts';

/** Refuses, in one line, a command that watches or drives a Linux host when this is not one. */
export function requireLinux(command: string): void {
  if (platform() === 'linux') return;
  throw new CommandError(
    `'ringfence ${command}' runs on Linux. On ${platform()} these run: ringfence simulate, rollout, rules, and the packages events, sigma and rollout.`,
  );
}
