// Commands of trusted execution environments (linux/tee.h).
import * as g from '../../constants/generated/tee.js';
import { uuid } from '../../decode/leaf/uuid.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import { constantText, memoised } from '../../decode/xlat.js';
import {
  address64,
  array,
  atLeast,
  behind,
  both,
  choice,
  differs,
  equals,
  fd,
  field,
  fixedArray,
  flags,
  format,
  i32,
  inout,
  input,
  less,
  match,
  noneOf,
  oneOf,
  output,
  padding,
  sibling,
  struct,
  u32,
  u64,
  x32,
  x64,
  x8,
} from '../../describe/combinators.js';
import type { FieldSpec, StructOptions } from '../../describe/combinators.js';
import type { Node, StructNode } from '../../describe/node.js';
import type { Declaration, IoctlFamily } from './family.js';

/** TEE_IMPL_ID_OPTEE. */
const OPTEE = 1;
/** TEE_MAX_ARG_SIZE. */
const ARGUMENT_MAX = 4096;
/** Offset of buf_len in struct tee_ioctl_buf_data. */
const LENGTH_AT = 8;
/** sizeof(struct tee_ioctl_param). */
const PARAMETER_SIZE = 32;

/** Kinds of parameters, TEE_IOCTL_PARAM_ATTR_TYPE_*; those that have no members are NONE only. */
const NONE = 0;
const MEMORY = [5, 6, 7];
const BUFFERS = [8, 9, 10];
const OBJECTS = [11, 12, 13];
/** TEE_IOCTL_PARAM_ATTR_META. */
const META = 0x100;

/** The kind of a parameter; the flag beside it is always named. */
const attribute: ScalarFormat = ({ abi, constants }, size) =>
  memoised((lo, hi) => {
    const kind = constantText(g.tee_parameters, abi, constants, (lo & ~META) >>> 0, hi, size);
    return lo & META ? `${kind}|TEE_IOCTL_PARAM_ATTR_META` : kind;
  });

/** struct tee_ioctl_param: names of its members by its kind. */
const parameter = (): StructNode => {
  const kind = sibling('attr');
  const of = (kinds: readonly number[], node: Node) => field(node, { overlay: true, when: oneOf(kind, kinds) });
  const unnamed = noneOf(kind, [NONE, ...MEMORY, ...BUFFERS, ...OBJECTS]);
  return struct({
    attr: format(attribute, 8),
    a: field(x64, { when: unnamed }),
    shm_offs: of(MEMORY, x64),
    buf: of(BUFFERS, address64),
    id: of(OBJECTS, x64),
    b: field(x64, { when: unnamed }),
    size: of([...MEMORY, ...BUFFERS], x64),
    flags: of(OBJECTS, x64),
    c: field(x64, { when: unnamed }),
    shm_id: of(MEMORY, u64),
  });
};

/** A login whose identity is a group's number, one without an identity; any other is shown byte by byte. */
const GROUPS = [2, 6];
const NAMELESS = [0, 1, 4, 5];

/** What stands at the end of an argument: its parameters, NULL when there are none. */
const parameters = (): FieldSpec => {
  const count = sibling('num_params');
  return {
    none: field(
      format(() => (_c, s) => s.text('NULL')),
      { as: 'params', overlay: true, when: equals(count, 0) },
    ),
    params: behind(array(parameter(), count), { when: differs(count, 0) }),
  };
};

/** Shown only when it is as long as its parameters take; else its address is. `base`: bytes in front of them. */
const exact =
  (base: number): Renderer =>
  ({ plain: fields, offset, address, outer }) => {
    const count = offset('num_params');
    return (c, s, at, length) => {
      const told = c.u64(c.frames[outer] + LENGTH_AT);
      if (told === base + c.u32(at + count) * PARAMETER_SIZE) fields(c, s, at, length);
      else s.hex64(c.addressLo[address], c.addressHi[address]);
    };
  };

/** Members of an argument that has parameters, in memory; what is shown of it when it is given and when it is answered. */
interface Buffer {
  readonly fields: FieldSpec;
  readonly given: readonly string[];
  readonly answered: readonly string[];
}
/** struct tee_ioctl_buf_data: how long an argument is, and where; behind an arrow what became of it. */
const buffer = (base: number, { fields, given, answered }: Buffer): Node => {
  const members = { ...fields, num_params: u32, ...parameters() };
  const argument = (order: readonly string[], more: StructOptions = {}) =>
    struct(members, { order: [...order, 'params', 'none'], ...more });
  const length = sibling('buf_len');
  return inout(
    struct(
      {
        buf_ptr: input(argument(given, { render: exact(base) }), {
          wide: true,
          followed: both(atLeast(length, base), less(length, ARGUMENT_MAX + 1)),
        }),
        answer: field(output(argument(answered), { wide: true, orNothing: true }), {
          overlay: true,
          arrow: 'structure',
          fresh: true,
        }),
        buf_len: u64,
      },
      { order: ['buf_len', 'buf_ptr', 'answer'] },
    ),
    { show: 'split' },
  );
};

const session = (): Node => {
  const login = sibling('clnt_login');
  const fields = {
    uuid,
    clnt_uuid: field({ ...fixedArray(x8, 16), limit: 16 }, { when: noneOf(login, [...GROUPS, ...NAMELESS]) }),
    group: field(u32, { as: 'clnt_uuid', overlay: true, when: oneOf(login, GROUPS) }),
    clnt_login: choice(g.tee_logins),
    cancel_id: u32,
    session: x32,
    ret: u32,
    ret_origin: choice(g.tee_origins),
  };
  return buffer(56, {
    fields,
    given: ['uuid', 'clnt_login', 'clnt_uuid', 'group', 'cancel_id', 'num_params'],
    answered: ['session', 'ret', 'ret_origin'],
  });
};
const invocation = (): Node =>
  buffer(24, {
    fields: { func: u32, session: x32, cancel_id: u32, ret: u32, ret_origin: choice(g.tee_origins) },
    given: ['func', 'session', 'cancel_id', 'num_params'],
    answered: ['ret', 'ret_origin'],
  });

const version = () => {
  return struct(
    {
      impl_id: choice(g.tee_implementations),
      impl_caps: match(sibling('impl_id'), { [OPTEE]: flags(g.tee_optee_capabilities) }, x32),
      gen_caps: flags(g.tee_capabilities),
    },
    { order: ['impl_id', 'gen_caps', 'impl_caps'] },
  );
};

/** Memory that is shared: what is asked for, and what came of it. */
const shared = (asked: FieldSpec, answered: FieldSpec): Node =>
  inout(struct(asked), { show: 'arrow', after: struct(answered) });

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const memory = flags(g.tee_memory_flags);
    return {
      TEE_IOC_VERSION: output(version()),
      TEE_IOC_SHM_ALLOC: shared({ size: x64, flags: memory, id: padding(4) }, { size: x64, flags: memory, id: i32 }),
      TEE_IOC_SHM_REGISTER: shared(
        { addr: address64, length: x64, flags: memory, id: padding(4) },
        { addr: padding(8), length: x64, flags: memory, id: i32 },
      ),
      TEE_IOC_SHM_REGISTER_FD: shared(
        { fd: { ...fd, size: 8 }, size: padding(8), flags: memory, id: padding(4) },
        { fd: padding(8), size: x64, flags: padding(4), id: i32 },
      ),
      TEE_IOC_OPEN_SESSION: session(),
      TEE_IOC_INVOKE: invocation(),
      TEE_IOC_CANCEL: input(struct({ cancel_id: u32, session: x32 })),
      TEE_IOC_CLOSE_SESSION: input(struct({ session: x32 })),
      TEE_IOC_SUPPL_RECV: buffer(8, {
        fields: { func: u32 },
        given: ['func', 'num_params'],
        answered: ['num_params'],
      }),
      TEE_IOC_SUPPL_SEND: buffer(8, { fields: { ret: u32 }, given: ['num_params'], answered: ['ret'] }),
    };
  },
};
