import { closeSync, openSync, readSync } from 'node:fs';

const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * At most `limit` bytes of a file of procfs or sysfs, a view that is valid until the next call; `undefined` when it
 * cannot be read (the process is gone, or not ours to see).
 */
export function readSmall(path: string, limit: number = buffer.length): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    let length = 0;
    const most = Math.min(limit, buffer.length);
    while (length < most) {
      const read = readSync(fd, buffer, length, most - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.subarray(0, length);
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}
