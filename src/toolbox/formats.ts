// Finished programs in the forms that other tools take: strings, bytes, C, assembler, JSON.
import type { Architecture } from '../bpf/architecture.js';
import { encode, type Program } from '../bpf/instruction.js';
import { UsageError } from '../errors.js';
import { assemblyStub } from './assembly-stub.js';

/** Forms of -f; `carray` is another name of `c_array`. */
export const ASM_FORMATS = ['inspect', 'raw', 'c_array', 'carray', 'c_source', 'assembly'] as const;
export type AsmFormat = (typeof ASM_FORMATS)[number];

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  27: '\\e',
  34: '\\"',
  92: '\\\\',
};

/** Bytes as a quoted string of Ruby's kind, which scripts paste: printable characters stand for themselves. */
export function inspect(bytes: Uint8Array): string {
  let text = '"';
  bytes.forEach((byte, at) => {
    const escape = ESCAPES[byte];
    // "#{", "#$" and "#@" would begin an interpolation.
    const hash = byte === 35 && at + 1 < bytes.length && '{$@'.includes(String.fromCharCode(bytes[at + 1]));
    if (escape !== undefined) text += escape;
    else if (hash) text += '\\#';
    else if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `${text}"`;
}

function cSource(program: Program): string {
  const hex = (value: number, width: number): string => `0x${value.toString(16).padStart(width, '0')}`;
  const rows = program.map(({ code, jt, jf, k }) => `    { ${hex(code, 2)}, ${jt}, ${jf}, ${hex(k, 8)} },`);
  return `#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

/* Installs the filter for this thread; privileges cannot be gained afterwards. */
static void install_seccomp(void)
{
  static struct sock_filter filter[] = {
${rows.join('\n')}
  };
  struct sock_fprog program = { sizeof filter / sizeof *filter, filter };

  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
    perror("prctl(PR_SET_NO_NEW_PRIVS)");
    exit(2);
  }
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
    perror("prctl(PR_SET_SECCOMP)");
    exit(2);
  }
}
`;
}

/** A program in one of the forms; `raw` gives bytes, all others text with its last newline. */
export function formatProgram(program: Program, format: AsmFormat, arch: Architecture): string | Uint8Array {
  const bytes = encode(program, arch.bigEndian);
  switch (format) {
    case 'inspect':
      return `${inspect(bytes)}\n`;
    case 'raw':
      return bytes;
    case 'c_array':
    case 'carray':
      return `unsigned char bpf[] = {${bytes.join(',')}};\n`;
    case 'c_source':
      return cSource(program);
    case 'assembly': {
      const stub = assemblyStub(bytes, program.length, arch);
      if (stub === undefined) throw new UsageError(`there is no assembler stub for ${arch.name}`);
      return stub;
    }
  }
}
