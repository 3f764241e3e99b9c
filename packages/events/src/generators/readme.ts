import type { EventClass, Field } from '../schema-types.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

function fieldTable(fields: readonly Field[], firstSlot: number): string {
  const rows = fields.map((field, index) => {
    const type = field.max === undefined ? field.type : `${field.type} ≤ ${field.max}`;
    const unit = field.unit ? ` (${field.unit})` : '';
    return `| ${firstSlot + index} | \`${field.name}\` | ${type} | ${codes(field.sigma ?? [])} | ${codes(field.ocsf === undefined ? [] : [field.ocsf])} | ${cell(field.description)}${unit} |`;
  });
  return ['| slot | field | type | Sigma | OCSF | |', '| --- | --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function classSection(eventClass: EventClass, actorFields: number): string {
  const { id, name, tier, description, sigma, ocsf, fields } = eventClass;
  const facts = [
    `class ${id}`,
    `tier \`${tier}\``,
    `Sigma category \`${sigma.category}\``,
    ocsf ? `OCSF class ${ocsf.class_uid}, activity ${ocsf.activity_id}` : 'no OCSF class',
    ...Object.entries(sigma.fixed ?? {}).map(([field, value]) => `\`${field}\` is always \`${value}\``),
  ];
  const own = fields.slice(actorFields);
  return `#### ${name}\n\n${description}. (${facts.join('; ')})${own.length > 0 ? `\n\n${fieldTable(own, actorFields)}` : ''}`;
}

/** The reference of all classes and fields in Markdown. */
export function classReference(events: readonly EventClass[], actorFields: number): string {
  const typical = events.find(({ ocsf }) => ocsf?.class_uid === 1001)?.fields.slice(0, actorFields) ?? [];
  return [
    '#### Every class',
    'begins with who acted. (In classes of OCSF Process Activity other than `ptrace` the paths have no `actor.` in front.)',
    fieldTable(typical, 0),
    ...events.map((eventClass) => classSection(eventClass, actorFields)),
  ].join('\n\n');
}

/**
 * Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`.
 * @throws {RangeError} when the text has no such markers
 */
export function replaceBetween(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = text.indexOf(open);
  const end = text.indexOf(close, start);
  if (start < 0 || end < 0) throw new RangeError(`no markers ${open} and ${close}`);
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${text.slice(end)}`;
}
