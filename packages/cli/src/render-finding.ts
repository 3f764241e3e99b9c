import { safeText } from '@ringfence/events';
import { style, styleLevel } from './terminal/style.ts';

/** The parts of an OCSF Detection Finding (class 2004) that a person is shown; all of it is untrusted text. */
interface ShownFinding {
  readonly time: number;
  readonly severity: string;
  readonly count?: number;
  readonly finding_info: {
    readonly title: string;
    readonly product?: { readonly vendor_name?: string };
    readonly attacks?: readonly {
      readonly technique?: { readonly uid?: string };
      readonly sub_technique?: { readonly uid?: string };
    }[];
  };
  readonly evidences?: readonly {
    readonly process?: ShownProcess;
    readonly file?: { readonly path?: string };
    readonly dst_endpoint?: { readonly ip?: string; readonly port?: number };
  }[];
}

interface ShownProcess {
  readonly pid?: number;
  readonly cmd_line?: string;
  readonly user?: { readonly name?: string; readonly uid?: string };
  readonly file?: { readonly path?: string };
  readonly path?: string;
  readonly parent_process?: ShownProcess;
  readonly ancestry?: readonly ShownProcess[];
}

const SHOWN_ANCESTORS = 8;

/** Three or four lines: what and how bad, who did it, where it came from, and what it touched. */
export function renderFinding(finding: object): string[] {
  const { time, severity, count, finding_info: info, evidences } = finding as ShownFinding;
  const evidence = evidences?.[0];
  const process = evidence?.process;
  const techniques = [
    ...new Set(
      (info.attacks ?? []).flatMap((attack) => attack.sub_technique?.uid ?? attack.technique?.uid ?? []),
    ),
  ];
  const clock = new Date(time).toTimeString().slice(0, 8);
  const repeats = count !== undefined && count > 1 ? style('dim', ` ×${count}`) : '';
  const lines = [
    `${style('dim', clock)} ${styleLevel(severity.toLowerCase())} ${style('bold', safeText(info.title, 200))}  ${style('dim', techniques.join(' '))}${repeats}`,
  ];
  const indent = ' '.repeat(18);
  if (process !== undefined) {
    const user = process.user?.name ?? process.user?.uid ?? '?';
    const command = process.cmd_line ?? process.file?.path ?? process.path ?? '?';
    lines.push(`${indent}${style('cyan', safeText(user, 40))} $ ${safeText(command, 300)}`);
    const chain = ancestors(process);
    if (chain.length > 0) lines.push(`${indent}${style('dim', `from ${chain.join(' ← ')}`)}`);
  }
  const target = evidence?.file?.path;
  const to = evidence?.dst_endpoint;
  if (target !== undefined) lines.push(`${indent}${style('dim', 'file')} ${safeText(target, 300)}`);
  if (to?.ip !== undefined)
    lines.push(`${indent}${style('dim', 'to')} ${safeText(`${to.ip}:${to.port ?? '?'}`)}`);
  return lines;
}

/** The parent first; the process itself is left out where the chain begins with it. */
function ancestors(process: ShownProcess): string[] {
  const chain = (process.ancestry ?? []).filter(({ pid }) => pid !== process.pid);
  const parent = process.parent_process;
  const shown = chain.length > 0 ? chain : parent === undefined ? [] : [parent];
  const names = shown.map((one) => {
    const program = one.path ?? one.file?.path ?? one.cmd_line?.split(' ')[0] ?? '?';
    const name = program.split('/').at(-1) ?? '?';
    return `${safeText(name, 40)}(${one.pid ?? '?'})`;
  });
  return names.length > SHOWN_ANCESTORS ? [...names.slice(0, SHOWN_ANCESTORS), '…'] : names;
}
