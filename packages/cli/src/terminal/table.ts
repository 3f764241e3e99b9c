import { stripVTControlCharacters } from 'node:util';

/** Lines with aligned columns, two spaces apart; a column of numbers (by its first row) is flushed right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const width = (text: string): number => stripVTControlCharacters(text).length;
  const widths = header.map((title, column) =>
    Math.max(width(title), ...rows.map((row) => width(row[column] ?? ''))),
  );
  const right = header.map(
    (_, column) =>
      rows.length > 0 &&
      rows.every((row) =>
        /^[\d.,–-]*( ?[%a-zA-Z/]{1,4})?$/.test(stripVTControlCharacters(row[column] ?? '')),
      ),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)));
        return right[column] === true ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)];
}
