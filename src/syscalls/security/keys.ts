// Keys (keyrings(7)): add_key, request_key, and keyctl with its operations.
import * as g from '../../constants/generated/kernel.js';
import {
  arg,
  array,
  bytes,
  call,
  callBy,
  choice,
  cstring,
  derefAt,
  differs,
  fixedArray,
  flags,
  format,
  i32,
  index,
  input,
  least,
  match,
  output,
  reserved,
  ret,
  sibling,
  size,
  struct,
  u16,
  u32,
  x32,
  x8,
  xlong,
} from '../../describe/combinators.js';
import type { ArgumentSpec } from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { errorNumber } from '../../decode/leaf/error-number.js';
import { userId } from '../../decode/leaf/flags.js';
import type { Family } from '../index.js';
import { sourceVector } from '../io/iovec.js';

/** A key's serial number, or a special key by name. */
const key = choice(g.key_spec, 4, 'd');
const text = input(cstring);
const uid = format(userId);
/** Data with the argument that tells its length. */
const payload = (length: string): Node => input(bytes(arg(length)));

/** What came of the data: not more than there was room for. */
const answered = least(arg('buflen'), ret);
/** The result counts the NUL of a string. */
const textAnswer: ArgumentSpec = { key, buffer: output(bytes(answered, { trimmed: true })), buflen: size };

/** Capabilities of the kernel's keys, in bytes. */
const capability = match(index, { 0: flags(g.keyctl_caps0, 1), 1: flags(g.keyctl_caps1, 1) }, x8);

const dhParameters = struct({ private: key, prime: key, base: key });
const kdfParameters = struct({
  hashname: text,
  otherinfo: input(bytes(sibling('otherinfolen'))),
  otherinfolen: u32,
  __spare: reserved(fixedArray(x32, 8)),
});
/** Operations with asymmetric keys: what is signed or encrypted, and the length of the other data. */
const pkeyParameters = (other: string): Node =>
  input(struct({ key_id: key, in_len: u32, [other]: u32, __spare: reserved(fixedArray(x32, 7)) }));
const IN_LENGTH = 4;
const OTHER_LENGTH = 8;
const NO_LENGTH = -1;
/** Data as long as the parameters say; without parameters an address. */
const pkeyData = (lengthAt: number): Node => {
  const length = derefAt('params', lengthAt, NO_LENGTH);
  return input(bytes(length), { followed: differs(length, NO_LENGTH) });
};
const pkeyInput = pkeyData(IN_LENGTH);
const pkeyOperation: ArgumentSpec = {
  params: pkeyParameters('out_len'),
  info: text,
  in: pkeyInput,
  out: output(bytes(ret)),
};
const pkeyAnswer = struct({
  supported_ops: flags(g.keyctl_supports),
  key_size: u32,
  max_data_size: u16,
  max_sig_size: u16,
  max_enc_size: u16,
  max_dec_size: u16,
  __spare: reserved(fixedArray(x32, 10)),
});

const operations: readonly (readonly [number | readonly number[], ArgumentSpec])[] = [
  [0, { key, create: i32 }],
  [1, { name: text }],
  [2, { key, payload: payload('plen'), plen: size }],
  [[3, 7, 16, 21], { key }],
  [4, { key, uid, gid: uid }],
  [5, { key, perm: flags(g.key_perms) }],
  [[6, 17], textAnswer],
  [[8, 9], { key, keyring: key }],
  [10, { keyring: key, type: text, description: text, dest_keyring: key }],
  [11, { key, buffer: output(bytes(answered)), buflen: size }],
  [12, { key, payload: payload('plen'), plen: size, keyring: key }],
  [13, { key, timeout: u32, keyring: key }],
  [14, { reqkey_defl: choice(g.key_reqkeys, 4, 'd') }],
  [15, { key, timeout: u32 }],
  [18, {}],
  [19, { key, timeout: u32, error: format(errorNumber), keyring: key }],
  [20, { key, payload_iov: input(sourceVector(arg('ioc'))), ioc: size, keyring: key }],
  [22, { uid, keyring: key }],
  [
    23,
    {
      params: input(dhParameters),
      buffer: output(bytes(answered)),
      buflen: size,
      kdf: input(kdfParameters, { evenOnError: true }),
    },
  ],
  [24, { key, reserved: xlong, info: text, result: output(pkeyAnswer) }],
  [[25, 26, 27], pkeyOperation],
  [
    28,
    {
      params: pkeyParameters('in2_len'),
      info: text,
      in: pkeyInput,
      in2: pkeyData(OTHER_LENGTH),
    },
  ],
  [29, { keyring: key, type: text, restriction: text }],
  [30, { key, from_keyring: key, to_keyring: key, flags: flags(g.keyctl_move_flags) }],
  [31, { buffer: output(array(capability, answered)), buflen: size }],
];

export const keys: Family = {
  add_key: () => call({ type: text, description: text, payload: payload('plen'), plen: size, keyring: key }),
  request_key: () => call({ type: text, description: text, callout_info: text, dest_keyring: key }),
  keyctl: () =>
    callBy({ operation: choice(g.keyctl_commands) }, arg('operation'), operations, {
      arg2: xlong,
      arg3: xlong,
      arg4: xlong,
      arg5: xlong,
    }),
};
