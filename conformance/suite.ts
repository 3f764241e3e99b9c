/** What a folder `conformance/NAME/suite.ts` exports. */
export interface Suite {
  /** One sentence: where the external set comes from. */
  readonly howToGet: string;
  run(
    path: string,
  ): AsyncGenerator<{ readonly id: string; readonly pass: boolean; readonly detail?: string }>;
}
