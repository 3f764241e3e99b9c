const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of "90s", "30m", "24h", "21d" or a plain number of seconds; undefined when it is none of these. */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined;
  const match = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(value.trim());
  if (match === null) return undefined;
  const seconds = Number(match[1]) * (UNITS[match[2] as string] as number);
  return Number.isInteger(seconds) ? seconds : undefined;
}

/** A share between 0 and 1 of "0.1%" or 0.001; undefined when it is neither. */
export function parseShare(value: string | number): number | undefined {
  if (typeof value === 'number') return value >= 0 && value <= 1 ? value : undefined;
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(value.trim());
  if (match === null) return undefined;
  // Divides the decimal text, not the float, so that "0.1%" is exactly 0.001.
  const share = Number(`${match[1]}e-2`);
  return share <= 1 ? share : undefined;
}

/** "26 h 30 min", "45 s": for people. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours >= 240) return `${Math.round(hours / 24)} d`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** "8,500,000": the same in every locale, as output is compared in tests. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}
