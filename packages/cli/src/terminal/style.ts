import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours where standard output is a terminal and NO_COLOR (no-color.org) is not set. */
export function style(format: Format, text: string): string {
  return styleText(format, text, { stream: process.stdout, validateStream: true });
}

const levelFormat: Readonly<Record<string, Format>> = {
  critical: ['bold', 'white', 'bgRed'],
  high: ['bold', 'red'],
  medium: ['bold', 'yellow'],
  low: 'cyan',
  informational: 'dim',
};

/** A Sigma level in its colour, padded to the longest common one. */
export function styleLevel(level: string): string {
  return style(levelFormat[level] ?? 'dim', level.padEnd(8));
}
