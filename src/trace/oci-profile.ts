// --oci-profile: which calls the tracees made, as the seccomp profile of a container (OCI runtime specification,
// config-linux.md, Seccomp; Docker takes the same file).
import { closeSync, openSync, writeSync } from 'node:fs';
import { ABIS } from '../abi/abi.js';
import type { AbiName } from '../abi/abi.js';
import { errnoText } from '../abi/errno.js';
import { carrierOf } from '../abi/multiplexers.js';
import { syscallName } from '../abi/syscalls.js';
import { UsageError } from '../errors.js';
import type { Cursor } from '../record/cursor.js';
import { Event } from '../record/layout.js';

/** libseccomp's names (seccomp_arch_add(3)). */
const ARCHITECTURES: Readonly<Record<AbiName, string>> = {
  x86_64: 'SCMP_ARCH_X86_64',
  i386: 'SCMP_ARCH_X86',
  x32: 'SCMP_ARCH_X32',
};
/** What other calls get: EPERM, as from Docker's own profile. */
const EPERM = 1;

/** Collects calls, whatever becomes of them. */
export class ProfileRecorder {
  private readonly names = new Set<string>();
  private readonly abis = new Set<number>();
  /** Numbers without a name: a profile has names only. */
  private readonly unnamed = new Set<number>();
  private readonly fd: number;

  /** Opens the file before anything is traced. @throws UsageError */
  constructor(path: string) {
    try {
      this.fd = openSync(path, 'w', 0o666);
    } catch (error) {
      throw new UsageError(`Can't fopen '${path}': ${errnoText(-((error as NodeJS.ErrnoException).errno ?? -5))}`);
    }
  }

  record(c: Cursor): void {
    if (c.event !== Event.Enter) return;
    this.abis.add(c.abi);
    const name = syscallName(ABIS[c.abi].name, c.abi === 1 ? (carrierOf(c.nr) ?? c.nr) : c.nr);
    if (name === undefined) this.unnamed.add(c.nr);
    else this.names.add(name);
  }

  /** How many numbers had no name. */
  get left(): number {
    return this.unnamed.size;
  }

  /** The profile. */
  profile(): object {
    return {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: EPERM,
      architectures: [...this.abis].sort().map((abi) => ARCHITECTURES[ABIS[abi].name]),
      syscalls: [{ names: [...this.names].sort(), action: 'SCMP_ACT_ALLOW' }],
    };
  }

  /** Writes the profile, and closes the file. */
  write(): void {
    const text = Buffer.from(JSON.stringify(this.profile(), undefined, 2) + '\n');
    for (let from = 0; from < text.length;) from += writeSync(this.fd, text, from);
    closeSync(this.fd);
  }
}
