/* The plans of a session: asked for when a call, or a variant of one, first occurs; given by the consumer. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static uint32_t call_of(uint32_t abi, uint32_t nr)
{
	return 1 + (abi << 16 | nr);
}

static void answered(struct session *s, uint32_t request)
{
	if (atomic_compare_exchange_strong(&s->control->request, &request, 0))
		ring_futex_wake(&s->control->request);
}

/*
 * Posts a request and waits for its answer; the tracee stays stopped meanwhile, once for each call or key that occurs.
 * Without one where the consumer is gone, or held up while the session is to end.
 */
static void ask(struct session *s, uint32_t request)
{
	struct ring_control *c = s->control;
	if (s->stuck)
		return;
	atomic_store(&c->request, request);
	ring_publish(s);
	ring_wake_consumer(s);
	uint64_t patience = 0;
	while (atomic_load(&c->request) == request && !atomic_load(&s->abandon)) {
		ring_futex_wait(&c->request, request, patience ? 5 : 1000);
		if (!atomic_load(&s->interrupt))
			continue;
		uint64_t now = monotonic_ns();
		if (!patience)
			patience = now + STUCK_NS;
		else if (now > patience) {
			s->stuck = true;
			break;
		}
	}
	answered(s, request);
}

/* The entry of a key, or a free one for it; NULL when neither is near. */
static struct plan_key *key_entry(struct session *s, uint32_t call, uint32_t first, uint32_t second)
{
	uint32_t h = (call * 0x9e3779b1U) ^ (first * 0x85ebca6bU) ^ (second * 0xc2b2ae35U);
	h ^= h >> 15;
	for (uint32_t i = 0; i < PLAN_PROBES; i++) {
		struct plan_key *k = &s->plan_keys[(h + i) & (PLAN_KEYS - 1)];
		if (!k->call || (k->call == call && k->first == first && k->second == second))
			return k;
	}
	return NULL;
}

static const struct plan *variant_for(struct session *s, struct plan_slot *slot, uint32_t call, const uint64_t args[6])
{
	uint32_t first = (uint32_t)args[slot->first] & slot->mask;
	uint32_t second = slot->second < 0   ? 0
			  : slot->second < 6 ? (uint32_t)args[slot->second]
					     : (uint32_t)(args[slot->second - 6] >> 32);
	struct plan_key *k = key_entry(s, call, first, second);
	if (!k || !k->call) {
		s->control->request_key[0] = first;
		s->control->request_key[1] = second;
		ask(s, call | REQUEST_KEYED);
		k = key_entry(s, call, first, second);
		if (!k || !k->call)
			return NULL;
	}
	return &slot->variants[k->variant];
}

/* What is known of a call; NULL where the consumer is gone. */
static struct plan_slot *known_slot(struct session *s, uint16_t abi, uint32_t nr)
{
	if (nr >= TRACER_MAX_NR)
		return NULL;
	struct plan_slot *slot = &s->plans[abi][nr];
	if (!atomic_load_explicit(&slot->known, memory_order_acquire)) {
		ask(s, call_of(abi, nr));
		if (!atomic_load_explicit(&slot->known, memory_order_acquire))
			return NULL;
	}
	return slot;
}

const struct decision *decision_for(struct session *s, uint16_t abi, uint32_t nr)
{
	struct plan_slot *slot = known_slot(s, abi, nr);
	return slot ? slot->decision : NULL;
}

const struct plan *plan_for(struct session *s, uint16_t abi, uint32_t nr, const uint64_t args[6])
{
	struct plan_slot *slot = known_slot(s, abi, nr);
	if (!slot)
		return NULL;
	return slot->selects ? variant_for(s, slot, call_of(abi, nr), args) : &slot->plain;
}

/* Verifies and copies a pair of plans. */
static int32_t take_plan(struct session *s, struct plan *plan, const uint8_t *insns, int32_t enter_count, int32_t exit_count)
{
	const struct plan_insn *code = (const struct plan_insn *)insns;
	if (enter_count < 0 || exit_count < 0)
		return -EINVAL;
	size_t bytes = ((size_t)enter_count + (size_t)exit_count) * sizeof *code;
	if (plan_check(code, (uint32_t)enter_count, false, s->error, sizeof s->error) ||
	    plan_check(code + enter_count, (uint32_t)exit_count, false, s->error, sizeof s->error))
		return -EINVAL;
	*plan = (struct plan){ .enter_count = (uint32_t)enter_count, .exit_count = (uint32_t)exit_count };
	plan->enter_limit = capture_limit(code, plan->enter_count);
	plan->exit_limit = capture_limit(code + enter_count, plan->exit_count);
	if (bytes) {
		plan->insns = malloc(bytes);
		if (!plan->insns)
			return -ENOMEM;
		memcpy(plan->insns, insns, bytes);
	}
	return 0;
}

static struct plan_slot *slot_of(struct session *s, int32_t abi, int32_t nr)
{
	return s && abi >= 0 && abi < ABI_COUNT && nr >= 0 && nr < TRACER_MAX_NR ? &s->plans[abi][nr] : NULL;
}

int32_t tracer_set_plan(int32_t handle, int32_t abi, int32_t nr, const uint8_t *insns, int32_t enter_count, int32_t exit_count)
{
	struct session *s = session_of(handle);
	struct plan_slot *slot = slot_of(s, abi, nr);
	if (!slot)
		return -EINVAL;
	if (atomic_load(&slot->known)) /* the tracer thread may be running it */
		return -EEXIST;
	int32_t err = take_plan(s, &slot->plain, insns, enter_count, exit_count);
	if (err)
		return err;
	atomic_store_explicit(&slot->known, true, memory_order_release);
	answered(s, call_of((uint32_t)abi, (uint32_t)nr));
	return 0;
}

int32_t tracer_set_decision(int32_t handle, int32_t abi, int32_t nr, const uint8_t *insns, int32_t count)
{
	struct session *s = session_of(handle);
	struct plan_slot *slot = slot_of(s, abi, nr);
	if (!slot || count < 0 || plan_check((const struct plan_insn *)insns, (uint32_t)count, true, s->error, sizeof s->error))
		return -EINVAL;
	if (atomic_load(&slot->known) || slot->decision)
		return -EEXIST;
	size_t bytes = (size_t)count * sizeof(struct plan_insn);
	struct decision *d = malloc(sizeof *d + bytes);
	if (!d)
		return -ENOMEM;
	*d = (struct decision){ .count = (uint32_t)count, .limit = capture_limit((const struct plan_insn *)insns, (uint32_t)count) };
	if (bytes)
		memcpy(d->insns, insns, bytes);
	slot->decision = d;
	return 0;
}

int32_t tracer_set_select(int32_t handle, int32_t abi, int32_t nr, int32_t first, int32_t mask, int32_t second)
{
	struct session *s = session_of(handle);
	struct plan_slot *slot = slot_of(s, abi, nr);
	if (!slot || first < 0 || first > 5 || second < -1 || second > 11)
		return -EINVAL;
	if (atomic_load(&slot->known))
		return -EEXIST;
	slot->selects = true;
	slot->first = (int8_t)first;
	slot->second = (int8_t)second;
	slot->mask = (uint32_t)mask;
	atomic_store_explicit(&slot->known, true, memory_order_release);
	answered(s, call_of((uint32_t)abi, (uint32_t)nr));
	return 0;
}

/* Called while the tracer thread waits for the answer (tracer_choose) to its request, so nothing runs a plan meanwhile. */
int32_t tracer_set_variant(int32_t handle, int32_t abi, int32_t nr, int32_t variant, const uint8_t *insns, int32_t enter_count,
			   int32_t exit_count)
{
	struct session *s = session_of(handle);
	struct plan_slot *slot = slot_of(s, abi, nr);
	if (!slot || !slot->selects || variant != (int32_t)slot->variant_count)
		return -EINVAL;
	struct plan *more = realloc(slot->variants, ((size_t)slot->variant_count + 1) * sizeof *more);
	if (!more)
		return -ENOMEM;
	slot->variants = more;
	struct plan made;
	int32_t err = take_plan(s, &made, insns, enter_count, exit_count);
	if (err)
		return err;
	more[slot->variant_count++] = made;
	return 0;
}

int32_t tracer_choose(int32_t handle, int32_t abi, int32_t nr, int32_t variant)
{
	struct session *s = session_of(handle);
	struct plan_slot *slot = slot_of(s, abi, nr);
	if (!slot || variant < 0 || variant >= (int32_t)slot->variant_count)
		return -EINVAL;
	uint32_t call = call_of((uint32_t)abi, (uint32_t)nr);
	if (atomic_load(&s->control->request) != (call | REQUEST_KEYED))
		return -EINVAL;
	const uint32_t *key = s->control->request_key;
	struct plan_key *k = key_entry(s, call, key[0], key[1]);
	if (!k) {
		memset(s->plan_keys, 0, sizeof s->plan_keys);
		k = key_entry(s, call, key[0], key[1]);
	}
	*k = (struct plan_key){ call, key[0], key[1], (uint32_t)variant };
	answered(s, call | REQUEST_KEYED);
	return 0;
}

int32_t tracer_request(int32_t handle)
{
	struct session *s = session_of(handle);
	uint32_t request = s ? atomic_load(&s->control->request) : 0;
	int32_t call = (int32_t)request - 1;
	if (call < 0 || request & REQUEST_KEYED)
		return call;
	/* The tracer thread saw the call unknown just before it was given ahead: what it waits for is there. */
	struct plan_slot *slot = slot_of(s, call >> 16, call & 0xffff);
	if (!slot || !atomic_load(&slot->known))
		return call;
	answered(s, request);
	return -1;
}

int32_t tracer_request_key(int32_t handle, int32_t which)
{
	struct session *s = session_of(handle);
	return s && (which == 0 || which == 1) ? (int32_t)s->control->request_key[which] : 0;
}

void plans_free(struct session *s)
{
	for (int abi = 0; abi < ABI_COUNT; abi++)
		for (int nr = 0; nr < TRACER_MAX_NR; nr++) {
			struct plan_slot *slot = &s->plans[abi][nr];
			free(slot->plain.insns);
			free(slot->decision);
			for (uint32_t i = 0; i < slot->variant_count; i++)
				free(slot->variants[i].insns);
			free(slot->variants);
		}
}
