/**
 * The guest's disk: an ext4 image with Node, its libraries, a few of the host's programs, and this checkout as it would
 * be installed: the packages' sources with the types stripped in the place of the built files. Stripping here and not in
 * the guest saves seconds under emulation.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { findExecutable, HarnessError, run } from './command.ts';

const CHECKOUT_IN_GUEST = 'opt/ringfence';
/** Programs of the host that the product calls, or that the emulation uses under their own names; with their libraries. */
const HOST_PROGRAMS: readonly string[] =
  'setpriv unshare nsenter sh bash true cat cp mv rm ln mkdir rmdir touch chmod head tee dd sleep env base64 whoami tar'.split(
    ' ',
  );
/** As above; what the host lacks is not emulated in the guest. */
const OPTIONAL_PROGRAMS = ['perl', 'curl', 'setcap', 'sysctl', 'openssl', 'useradd', 'usermod', 'ssh'];
/** Perl's modules without which it runs little. */
const PERL_MODULES = '/usr/lib/x86_64-linux-gnu/perl-base';
/** Free room on the disk for what checks write. */
const FREE_MIB = 192;

const FOLDERS = 'dev proc sys tmp run root etc usr/bin usr/sbin usr/lib usr/lib64 var/log var/tmp'.split(' ');

/** Builds the image at `image` with `stage` as its work folder (both below a temporary folder of the caller). */
export function buildRootfs(checkout: string, busybox: string, stage: string, image: string): void {
  for (const folder of FOLDERS) {
    mkdirSync(join(stage, folder), { recursive: true });
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(stage, name));
  writeFileSync(
    join(stage, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
  );
  writeFileSync(join(stage, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  writeFileSync(join(stage, 'etc/shadow'), 'root:*:19000:0:99999:7:::\n', { mode: 0o600 });
  writeFileSync(join(stage, 'etc/hostname'), 'guest\n');
  installBusybox(busybox, stage);
  const node = realpathSync(process.execPath);
  installProgram(node, join(stage, 'usr/bin/node'), stage);
  for (const name of [...HOST_PROGRAMS, ...OPTIONAL_PROGRAMS]) {
    const path = findExecutable(name);
    if (path !== null) installProgram(realpathSync(path), join(stage, path), stage);
    else if (HOST_PROGRAMS.includes(name)) throw new HarnessError(`${name} is not on this host`);
  }
  if (existsSync(PERL_MODULES)) copyFolder(PERL_MODULES, join(stage, PERL_MODULES));
  buildAct(checkout, join(stage, 'usr/bin/act'));
  installCheckout(checkout, join(stage, CHECKOUT_IN_GUEST), stage);
  cpSync(join(checkout, 'scripts/test-kernels/guest/init.sh'), join(stage, 'init'));
  run('chmod', ['755', join(stage, 'init')]);
  const mib = Number.parseInt(run('du', ['-sm', stage]), 10);
  const mke2fs = findExecutable('mke2fs');
  if (mke2fs === null) throw new HarnessError('mke2fs (e2fsprogs) is not on this host');
  run(mke2fs, [
    '-q',
    '-t',
    'ext4',
    '-m',
    '0',
    '-E',
    'root_owner=0:0',
    '-d',
    stage,
    image,
    `${Math.ceil(mib * 1.1) + FREE_MIB}m`,
  ]);
}

/** The program that does what the sensor must see; static, so that it needs nothing of the guest. It takes a C compiler. */
function buildAct(checkout: string, target: string): void {
  const source = join(checkout, 'packages/sensor/testdata/act.c');
  run(process.env['CC'] ?? 'gcc', ['-O1', '-static', '-pthread', '-o', target, source]);
}

function installBusybox(busybox: string, stage: string): void {
  cpSync(busybox, join(stage, 'bin/busybox'));
  const programs = run(busybox, ['--list-full']).split('\n');
  for (const program of programs) {
    const target = join(stage, program);
    if (program === '' || existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync('/bin/busybox', target);
  }
}

/** Copies a program or shared object to `target` in place of what is there, and the libraries it needs to where it looks for them. */
function installProgram(source: string, target: string, stage: string): void {
  mkdirSync(dirname(target), { recursive: true });
  run('cp', ['--remove-destination', source, target]);
  for (const [, library] of run('ldd', [source]).matchAll(/(\/\S+) \(0x/g)) {
    if (library === undefined) continue;
    const place = join(stage, library);
    if (existsSync(place)) continue;
    mkdirSync(dirname(place), { recursive: true });
    cpSync(realpathSync(library), place);
  }
}

function installCheckout(checkout: string, target: string, stage: string): void {
  const wanted = new Set<string>();
  mkdirSync(join(target, 'packages'), { recursive: true });
  for (const folder of readdirSync(join(checkout, 'packages'))) {
    const source = join(checkout, 'packages', folder);
    const { name, dependencies = {} } = readManifest(source);
    installPackage(source, join(target, 'node_modules', name));
    // Where scripts of the checkout look for it; Node follows the link, so that it runs as an installed package.
    symlinkSync(`../node_modules/${name}`, join(target, 'packages', folder));
    for (const dependency of Object.keys(dependencies)) wanted.add(dependency);
  }
  for (const name of wanted) {
    const source = join(checkout, 'node_modules', name);
    if (name.startsWith('@ringfence/') || !existsSync(source)) continue;
    const { dependencies = {}, optionalDependencies = {} } = readManifest(source);
    for (const more of Object.keys({ ...dependencies, ...optionalDependencies })) wanted.add(more); // a Set grows while walked
    copyFolder(source, join(target, 'node_modules', name));
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.node') && isForThisHost(join(source, file))) {
        installProgram(join(source, file), join(target, 'node_modules', name, file), stage);
      }
    }
  }
  strip(join(checkout, 'scripts'), join(target, 'scripts'));
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** A prebuilt library for another C library, system or processor cannot be resolved here, and is left as it is. */
function isForThisHost(path: string): boolean {
  try {
    return !run('ldd', [path]).includes('not found');
  } catch {
    return false;
  }
}

function installPackage(source: string, target: string): void {
  const left = new Set(['src', 'dist', 'test', 'testdata', 'node_modules']);
  mkdirSync(target, { recursive: true });
  for (const entry of readdirSync(source)) {
    if (!left.has(entry)) copyFolder(join(source, entry), join(target, entry));
  }
  strip(join(source, 'src'), join(target, 'dist'));
}

function copyFolder(source: string, target: string): void {
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
}

/** Copies a folder; each `x.ts` becomes `x.js` without its types, with the imports renamed alike. */
function strip(source: string, target: string): void {
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.d.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    const place = join(target, relative(source, path));
    mkdirSync(dirname(place), { recursive: true });
    if (entry.name.endsWith('.ts')) {
      const code = stripTypeScriptTypes(readFileSync(path, 'utf8'));
      writeFileSync(
        place.replace(/\.ts$/, '.js'),
        code.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*)\.ts(?=['"])/g, '$1.js'),
      );
    } else cpSync(path, place);
  }
}
