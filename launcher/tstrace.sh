#!/bin/sh
# Starts tstrace where tstrace.c cannot be compiled, or a script is wanted. Node changes signals, limits and descriptors, and this
# shell the environment, before any of our code runs: what we inherited goes on in one variable (src/binding/inherited.ts), so
# that the traced program gets it back.
ts_self=$0
while [ -h "$ts_self" ]; do
	ts_link=$(readlink "$ts_self") || break
	case $ts_link in
	/*) ts_self=$ts_link ;;
	*) ts_self=${ts_self%/*}/$ts_link ;;
	esac
done
# Where the package lies.
case $ts_self in
*/*) ts_root=${ts_self%/*} ;;
*) ts_root=. ;;
esac
# Node takes `..` off a path by its text: a directory that is a link has to be the one that it means.
[ ! -h "$ts_root" ] || ts_root=$(cd -P "$ts_root" && pwd -P)
ts_root=$ts_root/..
# End of the search.
if [ ! -r "$ts_root/dist/tstrace.cjs" ]; then
	echo "tstrace: dist/tstrace.cjs is missing: run 'npm run build'" >&2
	exit 1
fi
if ! command -v node >/dev/null; then
	echo 'tstrace: needs Node.js 20 or later: there is no node in PATH' >&2
	exit 1
fi
ts_ignored=0 ts_blocked=0 ts_files=0 ts_fds=
while read -r ts_key ts_value ts_rest; do
	case $ts_key in
	SigBlk:) ts_blocked=$ts_value ;;
	SigIgn:) ts_ignored=$ts_value; break ;;
	esac
done 2>/dev/null </proc/self/status
while read -r ts_max ts_open ts_key ts_value ts_rest; do
	case $ts_max$ts_open in
	Maxopen) ts_files=$ts_value; break ;;
	esac
done 2>/dev/null </proc/self/limits
for ts_fd in /proc/self/fd/*; do
	# The shell reads this script on a descriptor of its own, and the list through one that is closed by now.
	if [ -e "$ts_fd" ] && ! { [ "${ts_fd##*/}" -gt 9 ] && [ "$ts_fd" -ef "$ts_self" ]; }; then
		ts_fds=$ts_fds,${ts_fd##*/}
	fi
done
# The environment in its own order, byte for byte: NUL becomes newline, newline \001. Too long a string would stop exec.
ts_environment=$(LC_ALL=C tr '\0\n' '\n\1' 2>/dev/null </proc/$$/environ) 2>/dev/null
[ ${#ts_environment} -lt 120000 ] || ts_environment=
TSTRACE_INHERITED="1 $ts_ignored $ts_blocked $ts_files ${ts_fds#,} $0
$ts_environment"
export TSTRACE_INHERITED
# Node would read them before it runs us, and certificates alone can cost twice its start; the tracee has them from above.
unset NODE_OPTIONS NODE_EXTRA_CA_CERTS OPENSSL_CONF SSL_CERT_FILE SSL_CERT_DIR
exec node --no-warnings "$ts_root/dist/tstrace.cjs" "$@"
