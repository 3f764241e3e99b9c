export { ContentError, type ContentErrorCode } from './error.ts';
export { listFiles, RELEASE_BOUNDS, type ReleaseBounds, type ReleaseFile } from './files.ts';
export { MANIFEST, MAX_MANIFEST_BYTES } from './manifest.ts';
export { type Release, readRelease } from './release.ts';
