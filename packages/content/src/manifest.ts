import * as v from 'valibot';

/** Name of the manifest in a release folder. */
export const MANIFEST = 'release.json';
/** Most bytes of a manifest. */
export const MAX_MANIFEST_BYTES: number = 64 * 1024;

const name = (what: string) =>
  v.pipe(
    v.string(`${what} must be a string`),
    v.regex(
      /^[a-z0-9][a-z0-9._-]{0,62}$/,
      `${what} must be 1 to 63 of a-z 0-9 . _ - and begin with a letter or digit`,
    ),
  );

const relativePath = v.pipe(
  v.string('native must be a string'),
  v.maxLength(255, 'native must be at most 255 characters'),
  v.check(isPlainRelativePath, 'native must be a relative path inside the release, such as bin/engine'),
);

/** The manifest as it stands in `release.json`. */
export interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  readonly engine?: { readonly native: string } | undefined;
  readonly description?: string | undefined;
}

/** Unknown names are refused: a misspelt one must not be silent. */
export const manifestSchema: v.GenericSchema<unknown, Manifest> = v.strictObject({
  publisher: name('publisher'),
  name: name('name'),
  version: v.pipe(
    v.string('version must be a string'),
    v.regex(
      /^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/,
      'version must be 1 to 64 of 0-9 A-Z a-z . + - and begin with a letter or digit',
    ),
  ),
  engine: v.optional(v.strictObject({ native: relativePath })),
  description: v.optional(
    v.pipe(
      v.string('description must be a string'),
      v.maxLength(1000, 'description must be at most 1000 characters'),
      // oxlint-disable-next-line no-control-regex -- terminals obey control characters
      v.regex(/^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$/, 'description must hold no control characters'),
    ),
  ),
});

/** True for `a/b.c`: no empty, `.` or `..` component, no leading slash, no NUL, no backslash. */
export function isPlainRelativePath(path: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters have no place in a release's paths
  if (path === '' || /[\u0000-\u001f\u007f\\]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
