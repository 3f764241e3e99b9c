/** System calls that probes tell, by their x86-64 numbers, and what 32-bit programs call them by. */
export const syscallNames: Readonly<Record<number, string>> = {
  2: 'open',
  43: 'accept',
  85: 'creat',
  101: 'ptrace',
  105: 'setuid',
  106: 'setgid',
  113: 'setreuid',
  114: 'setregid',
  116: 'setgroups',
  117: 'setresuid',
  119: 'setresgid',
  122: 'setfsuid',
  123: 'setfsgid',
  126: 'capset',
  165: 'mount',
  175: 'init_module',
  257: 'openat',
  288: 'accept4',
  313: 'finit_module',
  319: 'memfd_create',
  321: 'bpf',
  429: 'move_mount',
  437: 'openat2',
};

/** i386 numbers of these calls (arch/x86/entry/syscalls/syscall_32.tbl); 102 is socketcall(2). */
const compat: Readonly<Record<number, number>> = {
  5: 2,
  8: 85,
  21: 165,
  23: 105,
  26: 101,
  46: 106,
  70: 113,
  71: 114,
  81: 116,
  102: 43,
  128: 175,
  138: 122,
  139: 123,
  164: 117,
  170: 119,
  185: 126,
  203: 113,
  204: 114,
  206: 116,
  208: 117,
  210: 119,
  213: 105,
  214: 106,
  215: 122,
  216: 123,
  295: 257,
  350: 313,
  356: 319,
  357: 321,
  364: 288,
  429: 429,
  437: 437,
};

const NUMBERS = 512;
const NO_CALL = 0xffff;
const NATIVE = 1;
const COMPAT = 2;

/** `native_number` of the probes: by i386 number the x86-64 one. */
export function nativeNumbers(): number[] {
  return Array.from({ length: NUMBERS }, (_, number) => compat[number] ?? NO_CALL);
}

/** `told_numbers` of the probes for a set of x86-64 numbers. */
export function toldNumbers(natives: Iterable<number>): Uint8Array {
  const told = new Uint8Array(NUMBERS);
  for (const native of natives) {
    told[native] = (told[native] ?? 0) | NATIVE;
    for (const [number, meant] of Object.entries(compat))
      if (meant === native) told[Number(number)] = (told[Number(number)] ?? 0) | COMPAT;
  }
  return told;
}
