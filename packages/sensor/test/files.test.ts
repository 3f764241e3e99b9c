import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Act } from './support/act.ts';
import { describeKernel, obstacle } from './support/kernel.ts';
import { Recorder, type Seen } from './support/recorder.ts';

let act: Act;
let recorder: Recorder;
let secret: string;
let own: string;
beforeAll(async () => {
  if (obstacle !== undefined) return;
  act = new Act();
  secret = join(act.folder, 'secret');
  own = join(act.folder, 'own');
  mkdirSync(own);
  writeFileSync(secret, 'x');
  recorder = await Recorder.start({ secrets: [secret], own: { folders: [own] } });
});
afterAll(async () => {
  await recorder?.stop();
  act?.[Symbol.dispose]();
});

const sh = (script: string): number => spawnSync('/bin/sh', ['-c', script], { cwd: act.folder }).pid;
const at = (name: string): string => join(act.folder, name);
const on = (name: string) => (e: Seen) => e['file.path'] === at(name);

describeKernel('files', () => {
  it('tells who created and wrote a file, though the process is gone', async () => {
    const pid = sh('echo x > made');
    const actor = {
      'process.pid': pid,
      'process.path': expect.stringMatching(/sh$/),
      'process.ppid': process.pid,
    };
    expect(await recorder.find('file_create', on('made'))).toMatchObject(actor);
    expect(await recorder.find('file_write', on('made'))).toMatchObject(actor);
  });

  it('tells both names of a rename', async () => {
    sh('echo x > before; mkdir -p folder; mv before folder/after');
    expect(await recorder.find('file_rename', on('folder/after'))).toMatchObject({
      'file.old_path': at('before'),
      'process.path': expect.stringMatching(/\/mv$/),
    });
  });

  it('tells a delete', async () => {
    sh('echo x > doomed; rm doomed');
    expect(await recorder.find('file_delete', on('doomed'))).toMatchObject({
      'process.path': expect.stringMatching(/\/rm$/),
    });
  });

  it('tells the mode after a change', async () => {
    sh('echo x > setuid; chmod 4755 setuid');
    expect(
      await recorder.find('file_change', (e) => on('setuid')(e) && e['process.path'] === '/usr/bin/chmod'),
    ).toMatchObject({ 'file.mode': 0o104755, 'file.setid': 1, 'file.uid': 0 });
  });

  it('tells links from new files', async () => {
    sh('echo x > origin; ln origin hard; ln -s /etc/shadow soft');
    expect(await recorder.find('file_link', on('hard'))).toMatchObject({ 'file.link_target': '' });
    expect(await recorder.find('file_link', on('soft'))).toMatchObject({ 'file.link_target': '/etc/shadow' });
    expect(recorder.filter('file_create', on('soft'))).toHaveLength(0);
  });

  it('names files in a folder that is gone when the report is read', async () => {
    sh('mkdir short; echo x > short/file; rm short/file; rmdir short');
    expect(await recorder.find('file_create', on('short/file'))).toMatchObject({
      'process.path': expect.stringMatching(/sh$/),
    });
    await recorder.find('file_delete', on('short'));
  });

  it('follows a renamed folder', async () => {
    sh('mkdir -p old/inner; echo x > old/inner/a; mv old new; echo x > new/inner/b');
    await recorder.find('file_create', on('new/inner/b'));
  });

  it('attributes to a child that never called exec', async () => {
    const { out } = act.run('fork-write', at('by-child'));
    expect(await recorder.find('file_create', on('by-child'))).toMatchObject({
      'process.pid': Number(out),
      'process.path': act.program,
      'process.argv': [act.program, 'fork-write', at('by-child')],
    });
  });

  it('takes names with any bytes', async () => {
    sh('printf x > "$(printf \'odd\\033[2J\\n\\377\')"');
    await recorder.find('file_create', (e) => e['file.path'] === `${at('odd\x1b[2J\n')}\ufffd`);
  });

  it('keeps silent about our own state folder, and only there', async () => {
    writeFileSync(join(own, 'journal'), 'x');
    writeFileSync(at('elsewhere'), 'x');
    sh('echo x > own/foreign');
    expect(await recorder.find('file_write', on('elsewhere'))).toMatchObject({ 'process.pid': process.pid });
    await recorder.find('file_write', on('own/foreign'));
    expect(recorder.filter('file_write', on('own/journal'))).toHaveLength(0);
  });

  it('follows new mounts, and keeps none from being unmounted', async () => {
    const mount = at('mounted');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', 'test', mount]);
    try {
      await sleep(400);
      sh('mkdir mounted/deep; echo x > mounted/deep/file');
      await recorder.find('file_create', on('mounted/deep/file'));
    } finally {
      execFileSync('umount', [mount]);
    }
  });
});

describeKernel('mounts', () => {
  it('watches a file system that took the place and the device number of another', async () => {
    const mount = at('again');
    mkdirSync(mount);
    const device = (): number => statSync(mount).dev;
    execFileSync('mount', ['-t', 'tmpfs', 'first', mount]);
    const first = device();
    await sleep(400);
    execFileSync('umount', [mount]);
    execFileSync('mount', ['-t', 'tmpfs', 'second', mount]);
    try {
      expect(device()).toBe(first);
      await sleep(400);
      sh('echo x > again/file');
      await recorder.find('file_create', on('again/file'));
    } finally {
      execFileSync('umount', [mount]);
    }
  });
});

describeKernel('secrets', () => {
  const read = (pid: number) => (e: Seen) => e['file.path'] === secret && e['process.pid'] === pid;

  it('tells a read, also after the file was replaced', async () => {
    const first = spawnSync('cat', [secret]).pid;
    expect(await recorder.find('secret_read', read(first))).toMatchObject({
      'process.path': expect.stringMatching(/\/cat$/),
    });
    sh('echo y > next; mv next secret');
    await sleep(200);
    const second = spawnSync('cat', [secret]).pid;
    await recorder.find('secret_read', read(second));
    // Deleted and made anew.
    sh('rm secret; echo z > secret');
    await sleep(200);
    const third = spawnSync('cat', [secret]).pid;
    await recorder.find('secret_read', read(third));
    expect(recorder.filter('secret_read', read(third))).toHaveLength(1);
  });

  it('tells a read of the password hashes', async () => {
    const { pid } = spawnSync('head', ['-c', '1', '/etc/shadow']);
    expect(await recorder.find('secret_read', (e) => e['process.pid'] === pid)).toMatchObject({
      'file.path': '/etc/shadow',
    });
  });
});
