import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { EventView, fieldSlot } from '../src/index.ts';

const header = fileURLToPath(new URL('../../sensor/bpf/generated/ringfence_events.h', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ringfence-header-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const program = `
#include <stdio.h>
#include <string.h>
#include "${header}"

int main(void)
{
	struct {
		struct rf_probe_process_start record;
		char text[16];
	} out;
	memset(&out, 0, sizeof(out));
	out.record.header.size = sizeof(out);
	out.record.header.class_id = RF_CLASS_PROCESS_START;
	out.record.header.flags = RF_FLAG_EXISTING;
	out.record.header.time = 1234567890123ull;
	out.record.header.truncated = 1ull << RF_SLOT_PROCESS_START_PROCESS_ARGV;
	out.record.process_pid = 42;
	out.record.file_inode = 1ull << 40;
	memcpy(out.text, "ls\\0-l", 5);
	out.record.process_argv.offset = sizeof(out.record);
	out.record.process_argv.length = 5;
	return fwrite(&out, sizeof(out), 1, stdout) != 1;
}
`;

test('a record that C wrote by the header reads back', (t) => {
  const source = join(folder, 'write.c');
  const binary = join(folder, 'write');
  writeFileSync(source, program);
  const compiled = spawnSync(process.env['CC'] ?? 'cc', ['-Wall', '-Werror', '-o', binary, source], {
    encoding: 'utf8',
  });
  if (compiled.error) t.skip(`needs a C compiler: ${compiled.error.message}`);
  expect(compiled.stderr).toBe('');
  const { stdout } = spawnSync(binary);
  const view = new EventView('probe').reset(stdout);
  const slot = (name: string): number => fieldSlot('process_start', name);
  expect([view.class.name, view.flags, view.time, view.u32(slot('process.pid'))]).toEqual([
    'process_start',
    8,
    1_234_567_890_123n,
    42,
  ]);
  expect(view.u64(slot('file.inode'))).toBe(1n << 40n);
  expect(view.strings(slot('process.argv'))).toEqual(['ls', '-l']);
  expect(view.isTruncated(slot('process.argv'))).toBe(true);
  expect(view.has(slot('parent.path'))).toBe(false);
});

test('the example of the README runs', () => {
  const folderOfPackage = fileURLToPath(new URL('..', import.meta.url));
  const [, example = ''] =
    /```ts\n(.*?)```/s.exec(readFileSync(join(folderOfPackage, 'README.md'), 'utf8')) ?? [];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module-typescript', '--eval', example],
    { cwd: folderOfPackage, encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('process.argv="curl -s http://192.0.2.1/x"');
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ class_uid: 1007 });
});
