import type { Event } from '../generated/types.ts';
import { attacksFromTags } from './attack.ts';
import { mapFields, milliseconds } from './attributes.ts';
import { device, metadata, type OcsfContext, type OcsfObject } from './context.ts';
import { isLaunch, requiredByClass } from './event.ts';

export type SigmaLevel = 'informational' | 'low' | 'medium' | 'high' | 'critical';

export interface FindingRule {
  readonly id: string;
  readonly title: string;
  readonly level: SigmaLevel;
  readonly tags: readonly string[];
  readonly author?: string | undefined;
  readonly description?: string | undefined;
}

export interface Ancestor {
  readonly pid: number;
  /** Unix time in ns. */
  readonly startTime: string | number | bigint;
  readonly path: string;
  readonly commandLine: string;
  readonly user: string;
}

export interface FindingInput {
  /** Unique id of the finding. */
  readonly uid: string;
  /** When it was found, Unix time in ms. */
  readonly foundAt: number;
  readonly event: Event;
  readonly rule: FindingRule;
  /** Sigma field → the value that matched. */
  readonly matched: Readonly<Record<string, unknown>>;
  /** The parent first. */
  readonly ancestors?: readonly Ancestor[] | undefined;
  /** Of the executable, in hexadecimal. */
  readonly sha256?: string | undefined;
  /** Of the file that the event is about. */
  readonly fileSha256?: string | undefined;
  readonly publisher: string;
  readonly release: { readonly name: string; readonly version: string };
  /** How many equal findings this one stands for. */
  readonly count?: number | undefined;
}

const severities: Readonly<Record<SigmaLevel, { readonly id: number; readonly name: string }>> = {
  informational: { id: 1, name: 'Informational' },
  low: { id: 2, name: 'Low' },
  medium: { id: 3, name: 'Medium' },
  high: { id: 4, name: 'High' },
  critical: { id: 5, name: 'Critical' },
};

/**
 * A finding as an OCSF 1.8 Detection Finding (class 2004). `evidences[0].process` is always the process that the
 * rule calls Image and CommandLine; `evidences[0].actor` is who acted: its parent for a launch, else itself.
 */
export function detectionFinding(input: FindingInput, context: OcsfContext): OcsfObject {
  const { event, rule, release, publisher } = input;
  const severity = severities[rule.level];
  const time = Date.parse(event.time);
  const attacks = attacksFromTags(rule.tags);
  const labels = rule.tags.filter((tag) => !/^attack\./i.test(tag));
  const { evidences, unmapped } = evidence(input);
  const message = `${rule.title}: ${commandLine(event)}`;
  return {
    activity_id: 1,
    activity_name: 'Create',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200401,
    type_name: 'Detection Finding: Create',
    severity_id: severity.id,
    severity: severity.name,
    status_id: 1,
    status: 'New',
    is_alert: rule.level !== 'informational',
    time,
    message,
    ...(input.count !== undefined && { count: input.count }),
    finding_info: {
      uid: input.uid,
      title: rule.title,
      ...(rule.description !== undefined && { desc: rule.description }),
      created_time: input.foundAt,
      first_seen_time: time,
      data_sources: [event.class],
      analytic: { uid: rule.id, name: rule.title, type_id: 1, type: 'Rule' },
      product: { name: release.name, version: release.version, vendor_name: publisher },
      ...(attacks.length > 0 && { attacks }),
    },
    evidences,
    device: device(context),
    metadata: {
      ...metadata(context),
      uid: input.uid,
      ...(labels.length > 0 && { labels }),
      ...(event.truncated.length > 0 && { is_truncated: true }),
    },
    unmapped: {
      ...unmapped,
      ...(rule.author !== undefined && { rule_author: rule.author }),
      ...(event.flags.length > 0 && { flags: event.flags }),
      ...(event.truncated.length > 0 && { truncated: event.truncated }),
      ...(input.ancestors && { ancestor_users: input.ancestors.map(({ user }) => user) }),
      release: { publisher, name: release.name, version: release.version },
    },
  };
}

function commandLine(event: Event): string {
  const text = event['process.argv'].join(' ') || event['process.path'];
  return text === '' ? `process ${event['process.pid']}` : text;
}

function evidence(input: FindingInput): { evidences: OcsfObject[]; unmapped: OcsfObject } {
  const { event, matched } = input;
  const { attributes: mapped, unmapped } = mapFields(event);
  const attributes: OcsfObject = { ...mapped, ...requiredByClass(event, mapped) };
  const { actor, process, file, file_result, driver } = attributes as Record<string, OcsfObject | undefined>;
  const launch = isLaunch(event);
  // Only an access to another process names two: there the actor is ours and `process` is the target.
  const acting = (launch ? process : (actor?.['process'] ?? process)) as OcsfObject;
  const target = event.class === 'ptrace' ? process : undefined;
  const own = {
    ...acting,
    ...(input.sha256 !== undefined && { file: withHash(acting['file'], input.sha256) }),
    ...(input.ancestors && { ancestry: input.ancestors.map(processEntity) }),
  };
  const about = file_result ?? file ?? (driver?.['file'] as OcsfObject | undefined);
  const first: OcsfObject = {
    name: event.class,
    process: own,
    actor: { process: launch ? (actor?.['process'] ?? own) : acting },
    data: { matched: Object.fromEntries(Object.entries(matched).map(([key, value]) => [key, json(value)])) },
  };
  if (about) first['file'] = input.fileSha256 === undefined ? about : withHash(about, input.fileSha256);
  for (const name of ['src_endpoint', 'dst_endpoint', 'connection_info'])
    if (attributes[name] !== undefined) first[name] = attributes[name];
  const evidences = [first];
  if (target) evidences.push({ name: 'target', process: target });
  if (file_result && file) evidences.push({ name: 'before', file });
  return { evidences, unmapped };
}

const json = (value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

const withHash = (file: unknown, sha256: string): OcsfObject => ({
  name: '',
  type_id: 0,
  ...(file as OcsfObject | undefined),
  hashes: [{ algorithm_id: 3, algorithm: 'SHA-256', value: sha256 }],
});

const processEntity = ({ pid, startTime, path, commandLine: cmdLine }: Ancestor): OcsfObject => ({
  pid,
  created_time: milliseconds(startTime),
  ...(path !== '' && { path, name: path.slice(path.lastIndexOf('/') + 1) }),
  ...(cmdLine !== '' && { cmd_line: cmdLine }),
});
