import type { EventClass, FieldType } from '../schema-types.ts';

/** How Sigma sees a type: lists as one text, addresses as text. */
const renders: Readonly<Record<FieldType, string>> = {
  u8: 'u8',
  u16: 'u16',
  u32: 'u32',
  i32: 'i32',
  u64: 'u64',
  string: 'string',
  strings: 'joined',
  ip: 'ip',
};

/** The module that tells which classes a Sigma log source means and where each Sigma field lies in them. */
export function sigmaTaxonomyModule(events: readonly EventClass[]): string {
  const categories = Map.groupBy(events, ({ sigma }) => sigma.category);
  const categoryLines = [...categories]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([category, classes]) => `    ${category}: [${classes.map(({ name }) => `'${name}'`).join(', ')}],`);
  const classLines = events.flatMap(({ name, fields, sigma }) => [
    `    ${name}: {`,
    ...Object.entries(sigma.fixed ?? {}).map(([field, value]) => `      ${field}: { fixed: '${value}' },`),
    ...fields.flatMap((field, slot) =>
      (field.sigma ?? []).map(
        (alias) => `      ${alias}: { slot: ${slot}, render: '${renders[field.type]}' },`,
      ),
    ),
    '    },',
  ]);
  return `// Made from src/schema.ts by \`npm run generate\`: do not edit.
import type { SigmaTaxonomy } from '../sigma.ts';

export const sigmaTaxonomy: SigmaTaxonomy = {
  categories: {
${categoryLines.join('\n')}
  },
  fields: {
${classLines.join('\n')}
  },
};
`;
}
