import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unknownImage } from '../src/table/image.ts';
import { KEEP_EXITED_MS, MAX_ANCESTORS, Process, ProcessTable } from '../src/table/process-table.ts';

function add(table: ProcessTable, pid: number, start: number, parent?: Process, now = 0): Process {
  return table.add(new Process(pid, start, 0, parent, parent?.pid ?? 0), now);
}

describe('the process table', () => {
  it('keeps an exited process for 5 s, and finds it among holders of its pid', () => {
    const table = new ProcessTable();
    const first = add(table, 10, 1);
    table.exit(first, 1000);
    const second = add(table, 10, 2, undefined, 1001);
    expect(table.find(10, 1, 0)).toBe(first);
    expect(table.find(10, 2, 0)).toBe(second);
    expect(table.find(10, 3, 0)).toBeUndefined();
    expect(table.newest(10)).toBe(second);
    table.expire(1000 + KEEP_EXITED_MS - 1);
    expect(table.find(10, 1, 0)).toBe(first);
    table.expire(1000 + KEEP_EXITED_MS);
    expect(table.find(10, 1, 0)).toBeUndefined();
    expect(table.find(10, 2, 0)).toBe(second);
  });

  it('counts an older holder of a pid as exited', () => {
    const table = new ProcessTable();
    const first = add(table, 10, 1);
    add(table, 10, 2, undefined, 50);
    expect(first.exitedAt).toBe(50);
    expect(table.live).toBe(1);
  });

  it('keeps exited ancestors while a descendant is there, and then forgets them all', () => {
    const table = new ProcessTable();
    let parent: Process | undefined;
    const all: Process[] = [];
    for (let i = 0; i < 5; i++) all.push((parent = add(table, 100 + i, i + 1, parent)));
    for (const process of all.slice(0, 4)) table.exit(process, 0);
    table.expire(60_000);
    const last = all[4] as Process;
    expect(table.chain(last).map(({ pid }) => pid)).toEqual([104, 103, 102, 101, 100]);
    table.exit(last, 60_000);
    table.expire(60_000 + KEEP_EXITED_MS);
    expect(table.kept).toBe(0);
    expect(table.newest(100)).toBeUndefined();
  });

  it('bounds a chain of processes that each fork and exit', () => {
    const table = new ProcessTable();
    let parent: Process | undefined;
    for (let i = 0; i < 120_000; i++) {
      const next = add(table, (i % 30_000) + 1, i, parent, i);
      if (parent) table.exit(parent, i);
      parent = next;
      if (i % 500 === 0) table.expire(i);
    }
    expect(table.kept).toBeLessThan(70_000);
    expect(table.chain(parent as Process)).toHaveLength(MAX_ANCESTORS);
  });

  it('counts right after any sequence of forks, exits and time', () => {
    const step = fc.record({ act: fc.constantFrom('fork', 'exit', 'expire'), pid: fc.nat({ max: 20 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = new ProcessTable();
        let now = 0;
        let start = 1;
        for (const { act, pid } of steps) {
          now += 700;
          const process = table.newest(pid);
          if (act === 'fork') add(table, (pid * 7 + start) % 20, start++, process, now);
          else if (act === 'exit' && process) table.exit(process, now);
          else table.expire(now);
          const living = [...table.living()];
          expect(living.length).toBe(table.live);
          for (const one of living) expect(table.find(one.pid, one.startLow, 0)).toBe(one);
        }
        for (const process of table.living()) table.exit(process, now);
        table.expire(now + KEEP_EXITED_MS);
        expect(table.kept).toBe(0);
      }),
    );
  });

  it('gives a record the image of its time', () => {
    const process = new Process(1, 1, 0, undefined, 0);
    process.image = { ...unknownImage, uid: 1 };
    process.setImage({ ...unknownImage, uid: 2 }, 500, 3);
    expect(process.isBeforeExec(499, 3)).toBe(true);
    expect(process.isBeforeExec(0xffff_ffff, 2)).toBe(true);
    expect(process.isBeforeExec(500, 3)).toBe(false);
    expect(process.previous?.uid).toBe(1);
  });
});
