/** Unix nanoseconds as RFC 3339 in UTC with nine digits. Years beyond 9999 are clamped to the end of 9999. */
export function formatTime(nanoseconds: bigint): string {
  const milliseconds = nanoseconds / 1_000_000n;
  if (milliseconds > 253_402_300_799_999n) return '9999-12-31T23:59:59.999999999Z';
  const text = new Date(Number(milliseconds)).toISOString();
  return `${text.slice(0, -1)}${String(nanoseconds % 1_000_000n).padStart(6, '0')}Z`;
}
