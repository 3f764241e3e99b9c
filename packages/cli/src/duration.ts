import { InvalidArgumentError } from 'commander';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of "500ms", "10s", "5m" or "1h"; at most 24 hours, so that a timer can hold it. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const value = match === null ? Number.NaN : Number(match[1]) * (units[match[2] as string] as number);
  if (!(value > 0 && value <= 86_400_000))
    throw new InvalidArgumentError('Give a time such as 500ms, 10s, 5m or 1h, 24h at most.');
  return value;
}
