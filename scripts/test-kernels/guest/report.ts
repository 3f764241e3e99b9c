/** What guest and host say to each other: one JSON line per check on the second serial port. */

/** The outcome of one check; `detail` is one line for a person. */
export interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** First and last line of a guest's report, around its `CheckResult`s. */
export type ReportLine =
  | CheckResult
  | {
      readonly guest: 'start';
      readonly kernel: string;
      readonly node: string;
      readonly uptimeSeconds: number;
    }
  | { readonly guest: 'end'; readonly uptimeSeconds: number };

/** Prints a check's outcome, from a check's file. */
export function report(check: string, ok: boolean, detail: string): void {
  const result: CheckResult = { check, ok, detail: detail.replaceAll('\n', ' | ').slice(0, 2000) };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
