// Seccomp profiles of containers: the `linux.seccomp` object of the OCI runtime specification (config-linux.md, Seccomp), and
// the file that Docker and Podman take, which adds names of architectures and conditions under which rules apply.
import { UsageError } from '../../errors.js';
import { RET } from './return-values.js';

/** `args` of a rule. */
export interface ProfileArgument {
  /** 0 to 5. */
  readonly index: number;
  readonly op: ProfileOperator;
  readonly value: bigint;
  /** With SCMP_CMP_MASKED_EQ, the value; `value` is the mask then. */
  readonly valueTwo: bigint;
}

export type ProfileOperator = 'NE' | 'LT' | 'LE' | 'EQ' | 'GE' | 'GT' | 'MASKED_EQ';

/** A rule: what calls get when all of the conditions hold. */
export interface ProfileRule {
  readonly names: readonly string[];
  /** The word that the filter returns. */
  readonly action: number;
  readonly args: readonly ProfileArgument[];
}

/** A profile; rules that do not apply here are left out. */
export interface Profile {
  /** SCMP_ARCH_* without their prefix; empty: the one that the filter is made for. */
  readonly architectures: readonly string[];
  readonly defaultAction: number;
  readonly rules: readonly ProfileRule[];
}

/** What decides about rules of Docker's files. */
export interface Host {
  /** Docker's name of the architecture: `amd64`. */
  readonly arch: string;
  /** The kernel's version, `6.18`. */
  readonly kernel: readonly [major: number, minor: number];
  /** Capabilities that the container has: `CAP_SYS_ADMIN`. */
  readonly capabilities: readonly string[];
}

/** seccomp(2); errno 1, EPERM, is what containers give without an `errnoRet`. */
const EPERM = 1;
/** The runtime specification's architectures (config-linux.md, "Seccomp"), as libseccomp has them; most are not ours. */
const ARCHITECTURES: ReadonlySet<string> = new Set([
  ...['X86', 'X86_64', 'X32', 'ARM', 'AARCH64', 'MIPS', 'MIPS64', 'MIPS64N32', 'MIPSEL', 'MIPSEL64', 'MIPSEL64N32'],
  ...['PPC', 'PPC64', 'PPC64LE', 'S390', 'S390X', 'PARISC', 'PARISC64', 'RISCV64', 'LOONGARCH64', 'M68K', 'SH', 'SHEB'],
]);
const OPERATORS: readonly string[] = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'];

type Json = Readonly<Record<string, unknown>>;

class Reader {
  constructor(private readonly file: string) {}

  fail(where: string, message: string): never {
    throw new UsageError(`${this.file}: ${where === '' ? '' : `${where}: `}${message}`);
  }

  object(value: unknown, where: string): Json {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail(where, 'an object is expected');
    return value as Json;
  }

  list(value: unknown, where: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) this.fail(where, 'an array is expected');
    return value as readonly unknown[];
  }

  text(value: unknown, where: string): string {
    if (typeof value !== 'string') this.fail(where, 'a string is expected');
    return value;
  }

  texts(value: unknown, where: string): string[] {
    return this.list(value, where).map((each, i) => this.text(each, `${where}[${i}]`));
  }

  number(value: unknown, where: string, most: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
      this.fail(where, `a number from 0 to ${most} is expected`);
    return value;
  }

  /** A 64-bit value; JSON's numbers hold no more than 53 bits of it exactly, so a text is taken, too. */
  word(value: unknown, where: string): bigint {
    if (value === undefined) return 0n;
    if (typeof value === 'string' && /^(?:0x[0-9a-f]+|\d+)$/i.test(value)) return BigInt.asUintN(64, BigInt(value));
    if (typeof value !== 'number' || !Number.isInteger(value)) this.fail(where, 'an integer is expected');
    return BigInt.asUintN(64, BigInt(value));
  }

  /** Names of architectures, without their prefix. */
  architectures(value: unknown, where: string): string[] {
    return this.texts(value, where).map((name, i) => {
      const own = name.replace(/^SCMP_ARCH_/, '');
      if (!ARCHITECTURES.has(own)) this.fail(`${where}[${i}]`, `unknown architecture '${name}'`);
      return own;
    });
  }

  action(value: unknown, errno: unknown, where: string): number {
    const name = this.text(value, where);
    const base = RET[name.replace(/^SCMP_ACT_/, '')];
    if (base === undefined || !name.startsWith('SCMP_ACT_')) this.fail(where, `unknown action '${name}'`);
    const takes = name === 'SCMP_ACT_ERRNO' || name === 'SCMP_ACT_TRACE' || name === 'SCMP_ACT_TRAP';
    const data = errno === undefined || errno === null ? EPERM : this.number(errno, `${where} errnoRet`, 0xffff);
    if (name === 'SCMP_ACT_ERRNO' || (takes && errno !== undefined && errno !== null)) return (base | data) >>> 0;
    return base;
  }

  argument(value: unknown, where: string): ProfileArgument {
    const all = this.object(value, where);
    const op = this.text(all.op, `${where}.op`).replace(/^SCMP_CMP_/, '');
    if (!OPERATORS.includes(op)) this.fail(`${where}.op`, `unknown operator '${op}'`);
    return {
      index: this.number(all.index, `${where}.index`, 5),
      op: op as ProfileOperator,
      value: this.word(all.value, `${where}.value`),
      valueTwo: this.word(all.valueTwo, `${where}.valueTwo`),
    };
  }

  /** Whether a rule of Docker's applies: `includes` must hold, `excludes` must not. */
  applies(rule: Json, where: string, host: Host): boolean {
    const holds = (key: 'includes' | 'excludes', any: boolean): boolean => {
      if (rule[key] === undefined || rule[key] === null) return !any;
      const { arches, caps, minKernel } = this.object(rule[key], `${where}.${key}`);
      const found: boolean[] = [];
      const names = this.texts(arches, `${where}.${key}.arches`);
      if (names.length > 0) found.push(names.includes(host.arch));
      for (const cap of this.texts(caps, `${where}.${key}.caps`)) found.push(host.capabilities.includes(cap));
      if (minKernel !== undefined) found.push(this.atLeast(minKernel, `${where}.${key}.minKernel`, host.kernel));
      return any ? found.includes(true) : !found.includes(false);
    };
    return holds('includes', false) && !holds('excludes', true);
  }

  private atLeast(value: unknown, where: string, [major, minor]: Host['kernel']): boolean {
    const m = /^(\d+)\.(\d+)$/.exec(this.text(value, where));
    if (!m) this.fail(where, 'a version such as 4.8 is expected');
    const [wanted, less] = [Number(m[1]), Number(m[2])];
    return major > wanted || (major === wanted && minor >= less);
  }
}

/** Reads a profile: a bare `seccomp` object, or an OCI runtime configuration that holds one. @throws UsageError */
export function readProfile(text: string, file: string, host: Host): Profile {
  const reader = new Reader(file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return reader.fail('', `no JSON: ${(error as Error).message}`);
  }
  const whole = reader.object(parsed, '');
  const linux = whole.linux === undefined ? undefined : reader.object(whole.linux, 'linux');
  const profile = linux ? reader.object(linux.seccomp, 'linux.seccomp') : whole;
  const rules = reader.list(profile.syscalls, 'syscalls').flatMap((value, i) => {
    const where = `syscalls[${i}]`;
    const rule = reader.object(value, where);
    // Docker once wrote one name for each rule.
    const names =
      rule.names === undefined ? [reader.text(rule.name, `${where}.name`)] : reader.texts(rule.names, `${where}.names`);
    if (!reader.applies(rule, where, host)) return [];
    const args = reader.list(rule.args, `${where}.args`).map((each, k) => reader.argument(each, `${where}.args[${k}]`));
    return [{ names, action: reader.action(rule.action, rule.errnoRet, `${where}.action`), args }];
  });
  const mapped = reader.list(profile.archMap, 'archMap').flatMap((value, i) => {
    const each = reader.object(value, `archMap[${i}]`);
    const own = reader.text(each.architecture, `archMap[${i}].architecture`);
    const wanted = DOCKER_ARCHES[host.arch] === own.replace(/^SCMP_ARCH_/, '');
    const parts = reader.architectures(each.subArchitectures, `archMap[${i}].subArchitectures`);
    return wanted ? [...reader.architectures([own], `archMap[${i}].architecture`), ...parts] : [];
  });
  return {
    architectures: [...reader.architectures(profile.architectures, 'architectures'), ...mapped],
    defaultAction: reader.action(profile.defaultAction, profile.defaultErrnoRet, 'defaultAction'),
    rules,
  };
}

/** Docker's names of architectures (Go's) to libseccomp's. */
const DOCKER_ARCHES: Readonly<Record<string, string>> = {
  amd64: 'X86_64',
  386: 'X86',
  arm64: 'AARCH64',
  riscv64: 'RISCV64',
  s390x: 'S390X',
};
