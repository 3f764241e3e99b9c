/** Writes a cpio archive in the "newc" form that Linux unpacks as its initramfs (Documentation/driver-api/early-userspace/buffer-format.rst). */

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFCHR = 0o020000;

/** Entries are written in the order of the calls: a folder goes before what is in it. */
export class CpioWriter {
  readonly #parts: Uint8Array[] = [];
  #inode = 1;

  folder(path: string): void {
    this.#entry(path, S_IFDIR | 0o755, Buffer.alloc(0));
  }

  file(path: string, content: Uint8Array | string, mode: number): void {
    this.#entry(path, S_IFREG | mode, typeof content === 'string' ? Buffer.from(content) : content);
  }

  characterDevice(path: string, major: number, minor: number): void {
    this.#entry(path, S_IFCHR | 0o600, Buffer.alloc(0), major, minor);
  }

  /** The whole archive; nothing may be added after it. */
  finish(): Buffer {
    this.#entry('TRAILER!!!', 0, Buffer.alloc(0));
    return Buffer.concat(this.#parts);
  }

  #entry(path: string, mode: number, content: Uint8Array, major = 0, minor = 0): void {
    const name = Buffer.from(`${path}\0`);
    const fields = [
      this.#inode++,
      mode,
      0, // uid
      0, // gid
      1, // links
      0, // mtime
      content.length,
      0, // major and minor of the device that the file is on
      0,
      major,
      minor,
      name.length,
      0, // checksum, not used in this form
    ];
    const header = Buffer.from(
      `070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}`,
    );
    this.#parts.push(header, name, padding(header.length + name.length), content, padding(content.length));
  }
}

function padding(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4);
}
