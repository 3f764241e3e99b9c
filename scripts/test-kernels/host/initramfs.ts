/** The initramfs: busybox, the modules of the disk and a script that mounts it and starts its /init. */
import { readFileSync } from 'node:fs';
import { CpioWriter } from './cpio.ts';
import type { KernelFiles } from './kernel-files.ts';

/** What a kernel may need as modules: its disk, then what guest checks use. */
const MODULES = ['virtio_pci', 'virtio_blk', 'overlay', 'dummy', 'veth'];

/** Returns the uncompressed archive for one kernel. */
export function buildInitramfs(kernel: KernelFiles, busybox: string, script: string): Buffer {
  const archive = new CpioWriter();
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'root', 'modules']) archive.folder(folder);
  archive.characterDevice('dev/console', 5, 1);
  archive.file('bin/busybox', readFileSync(busybox), 0o755);
  const modules = kernel.modules(MODULES);
  for (const { name, bytes } of modules) archive.file(`modules/${name}.ko`, bytes, 0o644);
  archive.file('modules/order', modules.map(({ name }) => `${name}\n`).join(''), 0o644);
  archive.file('init', readFileSync(script), 0o755);
  return archive.finish();
}
