import { eventClass } from './classes.ts';
import type { Event } from './generated/types.ts';

/** Fields of the actor that a line shows; of the class's own fields it shows all. */
const shown = new Set(['process.pid', 'process.user', 'process.path', 'process.argv', 'process.container']);
const MAX_VALUE = 1024;

/**
 * Characters that a terminal could obey or that hide what is written: C0 and C1 controls, DEL, bidirectional
 * and other invisible formatting, line and paragraph separators, private use, and halves of surrogate pairs.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

/** Text with every character that a terminal could obey written as an escape (`\x1b`, `\u{202e}`), and at most `max` long. */
export function safeText(text: string, max: number = MAX_VALUE): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** A value as one word: quoted where it would not read as one. */
function word(text: string): string {
  const safe = safeText(text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'));
  return safe === '' || safe.includes('\\') || /[\s="]/u.test(safe) ? `"${safe}"` : safe;
}

/**
 * The event as one line for a terminal or a log, in the style of logfmt:
 * `2026-11-25T10:00:00.123Z process_start process.pid=42 process.path=/bin/ls process.argv="ls -l" …`.
 * Whatever the strings hold, the line has no control character. @throws {EventError} `unknown-class`
 */
export function describe(event: Event): string {
  const parts = [`${event.time.slice(0, 23)}Z`, event.class];
  const values = event as unknown as Readonly<Record<string, string | number | null | readonly string[]>>;
  for (const { name } of eventClass(event.class).fields) {
    if (/^(process|parent)\./.test(name) && !shown.has(name)) continue;
    const value = values[name];
    const text = typeof value === 'object' ? (value ?? []).join(' ') : String(value ?? '');
    if (text !== '') parts.push(`${name}=${word(text)}`);
  }
  if (event.flags.length > 0) parts.push(`flags=${event.flags.join(',')}`);
  if (event.truncated.length > 0) parts.push(`truncated=${event.truncated.join(',')}`);
  return parts.join(' ');
}
