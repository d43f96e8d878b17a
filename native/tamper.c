/* Tampering with system calls: at the entry memory, number and signal, at the exit the result, and delays at both. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "tamper.h"

#define SET_SYSCALL_INFO 0x4212 /* Linux 6.16 */
#define MAX_ARGS 6

/* The timer that ends a wait4 when a delay is over comes again and again: a single kick may be lost between check and wait. */
#define DELAY_AGAIN_NS 1000000L

struct tampering {
	uint8_t *block;
	const struct tamper_head *head;
	const struct tamper_rule *rules;
	bool sets_info;   /* PTRACE_SET_SYSCALL_INFO is there, as far as we know */
	bool has_timer;
	timer_t timer;
	uint64_t armed;   /* when the timer is to come first; 0: never */
	uint32_t delayed; /* tasks that wait for a delay to be over */
};

/* Whether a list of pokes lies within the block. */
static bool pokes_are_inside(const uint8_t *block, uint32_t len, uint32_t at)
{
	struct tamper_poke poke;
	if (at == 0)
		return true;
	for (;;) {
		if (at % 4 || at > len || len - at < sizeof poke)
			return false;
		memcpy(&poke, block + at, sizeof poke);
		at += sizeof poke;
		if (poke.length == 0)
			return true;
		if (poke.length > len - at || poke.arg > MAX_ARGS)
			return false;
		at += (poke.length + 3) & ~3U;
	}
}

static bool is_valid(const uint8_t *block, uint32_t len)
{
	const struct tamper_head *head = (const struct tamper_head *)block;
	if (len < sizeof *head || head->rules > (len - sizeof *head) / sizeof(struct tamper_rule))
		return false;
	for (int abi = 0; abi < TAMPER_ABIS; abi++)
		for (int nr = 0; nr < TRACER_MAX_NR; nr++)
			if (head->rule[abi][nr] > head->rules || head->arguments[abi][nr] > MAX_ARGS)
				return false;
	const struct tamper_rule *rules = (const struct tamper_rule *)(head + 1);
	for (uint32_t i = 0; i < head->rules; i++)
		if (!rules[i].first || !rules[i].step || rules[i].signal < 0 || rules[i].signal > 64 ||
		    !pokes_are_inside(block, len, rules[i].poke_enter) || !pokes_are_inside(block, len, rules[i].poke_exit))
			return false;
	return true;
}

int32_t tracer_set_tampering(int32_t handle, const uint8_t *block, int32_t len)
{
	struct session *s = session_of(handle);
	if (!s || s->started || s->tampering || len < 0)
		return -EINVAL;
	struct tampering *t = calloc(1, sizeof *t);
	uint8_t *copy = malloc((size_t)len + 1);
	if (!t || !copy) {
		free(t);
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, block, (size_t)len);
	if (!is_valid(copy, (uint32_t)len)) {
		session_error(s, "bad tampering rules");
		free(t);
		free(copy);
		return -EINVAL;
	}
	t->block = copy;
	t->head = (const struct tamper_head *)copy;
	t->rules = (const struct tamper_rule *)(t->head + 1);
	t->sets_info = true;
	s->tampering = t;
	return 0;
}

void tampering_free(struct session *s)
{
	if (!s->tampering)
		return;
	free(s->tampering->block);
	free(s->tampering);
	s->tampering = NULL;
}

void tampering_end(struct session *s)
{
	if (s->tampering && s->tampering->has_timer) {
		timer_delete(s->tampering->timer);
		s->tampering->has_timer = false;
	}
}

/* Counts the invocation; whether the rule meets it. */
static bool meets(struct task *t, const struct tamper_rule *rule)
{
	if (!t->invocations) {
		t->invocations = calloc((size_t)TAMPER_ABIS * TRACER_MAX_NR, sizeof *t->invocations);
		if (!t->invocations)
			return false;
	}
	uint32_t n = ++t->invocations[t->abi * TRACER_MAX_NR + t->nr];
	return n >= rule->first && n <= rule->last && (n - rule->first) % rule->step == 0;
}

static bool poke(struct session *s, struct task *t, uint32_t at)
{
	bool some = false;
	for (;;) {
		struct tamper_poke p;
		memcpy(&p, s->tampering->block + at, sizeof p);
		at += sizeof p;
		if (p.length == 0)
			return some;
		if (p.arg < s->tampering->head->arguments[t->abi][t->nr] && memory_write(t, t->args[p.arg], s->tampering->block + at, p.length))
			some = true;
		else
			event_message(s, t->tid, MSG_POKE_FAILED, 0, p.arg | (uint64_t)t->nr << 8 | (uint64_t)t->abi << 32, NULL);
		at += (p.length + 3) & ~3U;
	}
}

/* Number -1 skips the call (seccomp(2), SECCOMP_RET_TRACE); the arguments stay. */
static bool set_number(struct session *s, struct task *t, const struct syscall_info *info, int64_t nr)
{
	if (s->tampering->sets_info) {
		struct syscall_info changed = *info;
		changed.entry.nr = (uint64_t)nr;
		memset(changed.pad, 0, sizeof changed.pad);
		changed.entry.ret_data = 0;
		if (ptrace(SET_SYSCALL_INFO, t->tid, (void *)sizeof changed, &changed) == 0)
			return true;
		if (errno != EIO && errno != EINVAL)
			return false;
		s->tampering->sets_info = false;
	}
	return ptrace(PTRACE_POKEUSER, t->tid, (void *)offsetof(struct user_regs_struct, orig_rax), (void *)nr) == 0;
}

static bool set_result(struct session *s, struct task *t, struct syscall_info *info, int64_t result, bool error)
{
	struct syscall_info changed = *info;
	changed.exit.rval = result;
	changed.exit.is_error = error;
	if (s->tampering->sets_info) {
		memset(changed.pad, 0, sizeof changed.pad);
		if (ptrace(SET_SYSCALL_INFO, t->tid, (void *)sizeof changed, &changed) != 0) {
			if (errno != EIO && errno != EINVAL)
				return false;
			s->tampering->sets_info = false;
		}
	}
	if (!s->tampering->sets_info &&
	    ptrace(PTRACE_POKEUSER, t->tid, (void *)offsetof(struct user_regs_struct, rax), (void *)result) != 0)
		return false;
	*info = changed;
	return true;
}

static void delay(struct session *s, struct task *t, uint64_t ns)
{
	t->tampered |= RF_DELAYED;
	if (ns == 0)
		return;
	if (!t->resume_ns)
		s->tampering->delayed++;
	t->resume_ns = monotonic_ns() + ns;
}

bool tamper_is_about(const struct session *s, const struct task *t)
{
	return t->nr < TRACER_MAX_NR && t->abi < TAMPER_ABIS && !(t->flags & (TASK_HIDDEN | TASK_FIRST_EXEC)) &&
	       s->tampering->head->rule[t->abi][t->nr];
}

void tamper_at_entry(struct session *s, struct task *t, const struct syscall_info *info)
{
	if (!tamper_is_about(s, t))
		return;
	const struct tamper_rule *rule = &s->tampering->rules[s->tampering->head->rule[t->abi][t->nr] - 1];
	if (!meets(t, rule))
		return;
	t->rule = rule;
	if (rule->poke_enter && poke(s, t, rule->poke_enter))
		t->tampered |= RF_POKED;
	if (rule->what & TAMPER_RESULT) {
		uint32_t other = rule->what & TAMPER_REPLACE ? rule->replacement[t->abi] : UINT32_MAX;
		if (set_number(s, t, info, (int32_t)other))
			t->tampered |= RF_TAMPERED;
	}
	if (rule->signal) {
		/* A signal that a restart carries is taken at syscall-stops only (kernel/ptrace.c, ptrace_report_syscall). */
		if (info->op == 1)
			t->pending_sig = rule->signal;
		else
			syscall(SYS_tgkill, t->tgid, t->tid, rule->signal);
	}
	if (rule->what & TAMPER_DELAY_ENTER)
		delay(s, t, rule->delay_enter_ns);
}

void tamper_at_exit(struct session *s, struct task *t, struct syscall_info *info)
{
	const struct tamper_rule *rule = t->rule;
	t->rule = NULL;
	if (t->tampered & RF_TAMPERED) {
		int64_t result = rule->result;
		bool error = rule->what & TAMPER_ERROR;
		if (t->abi == 1 && !error)
			result = (int64_t)(uint32_t)result;
		if (!set_result(s, t, info, result, error))
			t->tampered &= (uint16_t)~RF_TAMPERED;
	}
	if (rule->poke_exit && poke(s, t, rule->poke_exit))
		t->tampered |= RF_POKED;
	if (rule->what & TAMPER_DELAY_EXIT)
		delay(s, t, rule->delay_exit_ns);
}

void tamper_forget(struct session *s, struct task *t)
{
	free(t->invocations);
	t->invocations = NULL;
	if (t->resume_ns && s->tampering)
		s->tampering->delayed--;
	t->resume_ns = 0;
}

/* Arranges that the wait ends when the first delay is over. */
static void arm(struct tampering *m, uint64_t first)
{
	if (first == m->armed)
		return;
	if (!m->has_timer && !signals_kick_timer(&m->timer))
		return;
	m->has_timer = true;
	struct itimerspec at = { { 0, first ? DELAY_AGAIN_NS : 0 },
				 { (time_t)(first / 1000000000ULL), (long)(first % 1000000000ULL) } };
	if (timer_settime(m->timer, TIMER_ABSTIME, &at, NULL) == 0)
		m->armed = first;
}

void tamper_resume(struct session *s, void (*go)(struct session *, struct task *))
{
	struct tampering *m = s->tampering;
	if (!m || m->delayed == 0)
		return;
	uint64_t now = monotonic_ns(), first = 0;
	for (struct task *t = s->oldest, *newer; t; t = newer) {
		newer = t->newer;
		if (!t->resume_ns)
			continue;
		if (t->resume_ns <= now) {
			t->resume_ns = 0;
			m->delayed--;
			go(s, t);
			continue;
		}
		if (!first || t->resume_ns < first)
			first = t->resume_ns;
	}
	arm(m, first);
}
