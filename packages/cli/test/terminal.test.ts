import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../src/duration.ts';
import { fit, LiveBlock } from '../src/terminal/live-block.ts';
import { table } from '../src/terminal/table.ts';

describe('table', () => {
  it('aligns text left and numbers right, whatever the colours', () => {
    expect(
      table(
        ['name', 'n'],
        [
          ['a', '5'],
          ['\x1b[31mlonger\x1b[39m', '1,200'],
        ],
      ).map(stripVTControlCharacters),
    ).toEqual(['name        n', 'a           5', 'longer  1,200']);
  });
});

describe('live block', () => {
  it('erases exactly what it drew, and prints above it', () => {
    const written: string[] = [];
    const block = new LiveBlock({
      write: (text: string) => written.push(text) > 0,
      columns: 10,
      rows: 24,
    } as unknown as NodeJS.WriteStream);
    block.update(['one', 'two']);
    block.print('above');
    expect(written.join('')).toBe('\x1b[?25lone\ntwo\n\x1b[2F\x1b[Jabove\none\ntwo\n');
  });

  it('draws on a terminal that says it has no size', () => {
    const written: string[] = [];
    const write = (text: string): boolean => written.push(text) > 0;
    new LiveBlock({ write, columns: 0, rows: 0 } as unknown as NodeJS.WriteStream).update(['one', 'two']);
    expect(written.join('')).toContain('one\ntwo\n');
  });

  it('never draws a line wider than the terminal', () => {
    expect(fit('\x1b[31mabcdef\x1b[39m', 4)).toBe('abc…');
    expect(fit('abcd', 4)).toBe('abcd');
  });
});

describe('durations', () => {
  it('takes what people type and refuses the rest', () => {
    expect(parseDuration('10s')).toBe(10_000);
    expect(parseDuration('500ms')).toBe(500);
    expect(parseDuration('1.5m')).toBe(90_000);
    for (const bad of ['', '10', '-1s', '0s', '25h', '1d', '1e9s', 's'])
      expect(() => parseDuration(bad)).toThrow(/Give a time/);
  });
});
