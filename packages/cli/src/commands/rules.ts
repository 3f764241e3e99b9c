import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { firstPartyRelease, levelOf, loadContent, tierOf } from '@ringfence/engine';
import { type Command, Option } from 'commander';
import { CommandError } from '../command-error.ts';
import { style, styleLevel } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';

interface RulesOptions {
  readonly tier: 'core' | 'full';
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command('rules')
    .description('List the rules of a release, and what is wrong with those that cannot be used.')
    .argument('[dir]', 'release folder; without it the first-party rules')
    .addOption(
      new Option('--tier <tier>', 'what the sensor delivers').choices(['core', 'full']).default('core'),
    )
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExit code 1 when a rule was skipped.\n\nExamples:\n  ringfence rules\n  ringfence rules ./my-release --tier full\n',
    )
    .action(showRules);
}

function showRules(dir: string | undefined, options: RulesOptions): void {
  const release = resolve(dir ?? firstPartyRelease);
  if (!existsSync(release))
    throw new CommandError(`${release} is not there; give the folder that holds release.json and rules/.`, 2);
  const { rules, skipped, unfed } = loadContent(release, { tier: options.tier });
  if (options.json === true) {
    const listed = rules.map((rule) => ({
      id: rule.id,
      title: rule.title,
      level: levelOf(rule),
      techniques: rule.techniques,
      category: rule.logsource.category,
      tier: tierOf(rule),
      file: rule.file,
    }));
    console.log(JSON.stringify({ release, tier: options.tier, rules: listed, unfed, skipped }, null, 2));
  } else {
    const rows = rules.map((rule) => [
      styleLevel(levelOf(rule)),
      rule.techniques.join(' '),
      tierOf(rule),
      rule.title,
    ]);
    for (const line of table(['level', 'technique', 'tier', 'rule'], rows)) console.log(line);
    console.log(`\n${rules.length} rules work in tier ${options.tier}.`);
    for (const { rule, reason } of unfed) console.log(`${style('dim', 'not fed ')} ${rule}: ${reason}`);
    for (const { file, line, reason } of skipped)
      console.log(`${style('red', 'skipped ')} ${file}:${line}: ${reason}`);
  }
  if (skipped.length > 0) process.exitCode = 1;
}
