/** MITRE ATT&CK in Sigma tags (`attack.t1059.004`, `attack.execution`) and as OCSF attack objects. */

/** Enterprise tactics by their Sigma tag. Defense Evasion was split in ATT&CK 19; rules written before keep its name. */
const tactics: Readonly<Record<string, { readonly uid: string; readonly name: string }>> = {
  reconnaissance: { uid: 'TA0043', name: 'Reconnaissance' },
  'resource-development': { uid: 'TA0042', name: 'Resource Development' },
  'initial-access': { uid: 'TA0001', name: 'Initial Access' },
  execution: { uid: 'TA0002', name: 'Execution' },
  persistence: { uid: 'TA0003', name: 'Persistence' },
  'privilege-escalation': { uid: 'TA0004', name: 'Privilege Escalation' },
  'defense-evasion': { uid: 'TA0005', name: 'Defense Evasion' },
  stealth: { uid: 'TA0005', name: 'Stealth' },
  'defense-impairment': { uid: 'TA0112', name: 'Defense Impairment' },
  'credential-access': { uid: 'TA0006', name: 'Credential Access' },
  discovery: { uid: 'TA0007', name: 'Discovery' },
  'lateral-movement': { uid: 'TA0008', name: 'Lateral Movement' },
  collection: { uid: 'TA0009', name: 'Collection' },
  'command-and-control': { uid: 'TA0011', name: 'Command and Control' },
  exfiltration: { uid: 'TA0010', name: 'Exfiltration' },
  impact: { uid: 'TA0040', name: 'Impact' },
};

export interface OcsfAttack {
  readonly tactic?: { readonly uid: string; readonly name: string };
  readonly technique?: { readonly uid: string; readonly src_url: string };
  readonly sub_technique?: { readonly uid: string; readonly src_url: string };
}

/**
 * The attack objects that a rule's tags name. Tags do not say which tactic a technique serves, so a technique
 * gets one only where the rule names a single tactic; other tactics stand alone. Tags that are not about
 * techniques or tactics are left out.
 */
export function attacksFromTags(tags: readonly string[]): OcsfAttack[] {
  const named = tags.flatMap((tag) => {
    const name = tag.toLowerCase().replace(/^attack\./, '');
    return name === tag.toLowerCase() ? [] : [name];
  });
  const found = named.flatMap((name) => tactics[name.replaceAll('_', '-')] ?? []);
  const techniques = named.flatMap((name) => technique(name) ?? []);
  const [tactic] = found;
  if (techniques.length > 0 && tactic && found.length === 1)
    return techniques.map((attack) => ({ tactic, ...attack }));
  return [...found.map((one) => ({ tactic: one })), ...techniques];
}

function technique(name: string): OcsfAttack | undefined {
  const [, id, sub] = /^(t\d{4})(?:\.(\d{3}))?$/.exec(name) ?? [];
  if (id === undefined) return undefined;
  const uid = id.toUpperCase();
  const url = `https://attack.mitre.org/techniques/${uid}/`;
  return {
    technique: { uid, src_url: url },
    ...(sub !== undefined && { sub_technique: { uid: `${uid}.${sub}`, src_url: `${url}${sub}/` } }),
  };
}
