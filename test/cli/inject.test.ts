// The grammar of -e inject= and -e fault=.
import { describe, expect, test } from 'vitest';
import { appliesAt, parseInject } from '../../src/cli/inject.js';
import { generatedTables as tables } from '../../src/cli/tables.js';

const inject = (text: string, kind: 'inject' | 'fault' = 'inject') => parseInject(text, kind, tables, []);
const warnings = (text: string): string[] => {
  const said: string[] = [];
  parseInject(text, 'inject', tables, said);
  return said;
};

test('a rule', () => {
  const rule = inject(
    'chdir,!nosuch'.slice(0, 5) +
      ':error=eperm:signal=SIGUSR1:delay_enter=1.5ms:delay_exit=3:poke_exit=@arg1=00ff,@arg7=0x01:syscall=getpid:when=2..9+3',
  );
  expect(rule).toMatchObject({
    error: 1,
    signal: 10,
    delayEnter: 1_500_000,
    delayExit: 3000,
    syscall: 'getpid',
    when: { first: 2, last: 9, step: 3 },
  });
  expect(rule.retval).toBeUndefined();
  expect(rule.pokeExit).toEqual([
    { arg: 0, bytes: Uint8Array.of(0, 255) },
    { arg: 6, bytes: Uint8Array.of(1) },
  ]);
  expect(rule.set.has('x86_64', 80)).toBe(true);
  expect(rule.set.has('x86_64', 79)).toBe(false);
});

test('fault means ENOSYS', () => {
  expect(inject('chdir', 'fault').error).toBe(38);
  expect(inject('chdir:error=EIO:when=3', 'fault').error).toBe(5);
  expect(() => inject('chdir:retval=1', 'fault')).toThrow("invalid fault argument 'chdir:retval=1'");
});

test.each([
  ['1', [1]],
  ['3..5', [3, 4, 5]],
  ['8+', [8, 9, 10]],
  ['2+3', [2, 5, 8]],
  ['1..6+2', [1, 3, 5]],
  ['1..2+', [1, 2]],
])('when=%s', (when, times) => {
  const rule = inject(`chdir:error=1:when=${when}`);
  expect(Array.from({ length: 10 }, (_, i) => i + 1).filter((n) => appliesAt(rule.when, n))).toEqual(times);
});

test('of several when=, the last one counts', () => expect(inject('chdir:error=1:when=1:when=2').when.first).toBe(2));

test.each([
  ['-1', 0xffffffffffffffffn],
  ['010', 8n],
  ['0x1F', 31n],
  [' 5', 5n],
  ['-18446744073709551615', 1n],
])('retval=%s', (text, value) => expect(inject(`chdir:retval=${text}`).retval).toBe(value));

describe('warnings about return values', () => {
  test.each([
    ['5', []],
    ['-1', ['Inadvertent injection of error 1 is possible for retval=18446744073709551615']],
    ['0xfffffffff', ['Inadvertent injection of error 1 is possible in compat personality for retval=68719476735']],
    ['-4096', ['Injected return value 18446744073709547520 will be clipped to 4294963200 in compat personality']],
  ])('%s', (value, said) => expect(warnings(`chdir:retval=${value}`)).toEqual(said));
});

test.each([
  'chdir:syscall=open:retval=1',
  'chdir:syscall=getuid32:retval=1',
  'chdir:syscall=getpid,getuid:retval=1',
  'chdir:poke_enter=@arg01=00',
  'chdir:poke_enter=@arg1=00@arg2=00',
  `chdir:poke_enter=@arg1=${'00'.repeat(1025)}`,
  'chdir:error=EPERM:when=1..65535',
  'chdir:error=EPERM:when=1+2..3',
  'chdir:signal=INT:signal=HUP',
  'chdir:delay_enter=1:delay_enter=2',
  'chdir:retval=18446744073709551616',
  'nosuch:nosuch',
])('%s is refused', (text) => expect(() => inject(text)).toThrow(`invalid inject argument '${text}'`));

test('a poke of 1024 bytes is the longest', () =>
  expect(inject(`chdir:poke_enter=@arg1=${'00'.repeat(1024)}`).pokeEnter[0].bytes).toHaveLength(1024));
