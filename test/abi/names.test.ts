// Names of errors and signals.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errnoName, errnoNumber, errnoText, restartText } from '../../src/abi/errno.js';
import { shortSignalName, SIGNAL_MAX, signalName, signalNumber } from '../../src/abi/signal.js';

describe('errno', () => {
  it('names and explains', () => {
    expect(errnoName(2)).toBe('ENOENT');
    expect(errnoText(2)).toBe('No such file or directory');
    expect(errnoName(4095)).toBeUndefined();
    expect(errnoText(524)).toBe('Unknown error 524');
    expect(errnoName(524)).toBe('ENOTSUPP');
  });

  it('finds numbers, aliases too', () => {
    for (let n = 1; n < 532; n++) {
      const name = errnoName(n);
      if (name !== undefined) expect(errnoNumber(name)).toBe(n);
    }
    expect(errnoNumber('EWOULDBLOCK')).toBe(11);
    expect(errnoNumber('ENONESUCH')).toBeUndefined();
  });

  it('has the texts of restarts', () => {
    expect(restartText(512)).toBe('ERESTARTSYS (To be restarted if SA_RESTART is set)');
    expect(restartText(513)).toBe('ERESTARTNOINTR (To be restarted)');
    expect(restartText(514)).toBe('ERESTARTNOHAND (To be restarted if no handler)');
    expect(restartText(516)).toBe('ERESTART_RESTARTBLOCK (Interrupted by signal)');
  });
});

describe('signals', () => {
  it('spells as strace does', () => {
    expect(signalName(1)).toBe('SIGHUP');
    expect(signalName(31)).toBe('SIGSYS');
    expect(signalName(32)).toBe('SIGRTMIN');
    expect(signalName(33)).toBe('SIGRT_1');
    expect(signalName(64)).toBe('SIGRT_32');
    expect(signalName(65)).toBe('65');
    expect(signalName(0)).toBe('0');
    expect(shortSignalName(17)).toBe('CHLD');
  });

  it('reads back every name, in any case, with or without SIG', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: SIGNAL_MAX }), fc.boolean(), fc.boolean(), (signal, short, lower) => {
        const name = short ? (shortSignalName(signal) ?? '') : signalName(signal);
        expect(signalNumber(lower ? name.toLowerCase() : name)).toBe(signal);
      }),
    );
    expect(signalNumber('SIGNONE')).toBeUndefined();
    expect(signalNumber('RT_33')).toBeUndefined();
  });
});
