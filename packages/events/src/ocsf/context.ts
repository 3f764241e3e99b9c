/** What OCSF output says about its origin, the same in every record. */

export const OCSF_VERSION = '1.8.0';

/** An OCSF object, ready for JSON. */
export type OcsfObject = Record<string, unknown>;

export interface OcsfContext {
  /** Version of Ringfence. */
  readonly version: string;
  readonly host: {
    readonly hostname: string;
    /** An id that stays, such as the machine id. */
    readonly uid?: string;
    /** Distribution and kernel, as in os-release and uname. */
    readonly osName?: string;
    readonly osVersion?: string;
    readonly kernelRelease?: string;
  };
}

/** OCSF profiles whose attributes the output uses. */
const profiles = ['host', 'container', 'linux/linux_users'];

export function metadata(context: OcsfContext): OcsfObject {
  return {
    version: OCSF_VERSION,
    product: { name: 'Ringfence', vendor_name: 'Ringfence', version: context.version },
    profiles,
  };
}

export function device({ host }: OcsfContext): OcsfObject {
  return {
    hostname: host.hostname,
    ...(host.uid !== undefined && { uid: host.uid }),
    type_id: 0,
    os: {
      name: host.osName ?? 'Linux',
      type_id: 200,
      ...(host.osVersion !== undefined && { version: host.osVersion }),
      ...(host.kernelRelease !== undefined && { kernel_release: host.kernelRelease }),
    },
  };
}
