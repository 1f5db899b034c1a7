#!/bin/sh
# What may happen to the branches and tags of a mirror: git's `update` hook, REF OLD NEW.
#
# Needs a POSIX shell, git 2.34 or newer and ssh-keygen, nothing of ccontrol. It judges by three
# files that were laid down when the mirror was made, in ccontrol/mirror/:
#   daemon_signers       whose commits count on `observed` (ssh-keygen's ALLOWED SIGNERS)
#   people_signers       whose commits count on `approved`, and whose tags are taken
#   daemon_fingerprints  keys that never count on `approved`, whatever people_signers says
# Prints why something is refused, and ends with 1 then.
set -eu
umask 077
unset GIT_CONFIG_PARAMETERS GIT_REPLACE_REF_BASE GIT_GRAFT_FILE GIT_SHALLOW_FILE
GIT_NO_REPLACE_OBJECTS=1 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_COUNT=0
LC_ALL=C
export GIT_NO_REPLACE_OBJECTS GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_CONFIG_COUNT LC_ALL

ref=$1 old=$2 new=$3
pinned=$(git rev-parse --absolute-git-dir)/ccontrol/mirror

refuse() {
	echo "ccontrol mirror: $ref: $1" >&2
	exit 1
}

is_nothing() {
	case $1 in *[!0]*) return 1 ;; esac
}

judged() { # git, trusting one of the pinned files
	signers=$1
	shift
	git -c gpg.format=ssh -c gpg.ssh.program=ssh-keygen -c gpg.ssh.revocationFile= \
		-c gpg.minTrustLevel=fully -c log.showSignature=false -c core.commitGraph=false \
		-c gpg.ssh.allowedSignersFile="$pinned/$signers" "$@"
}

allowed_today() { # COMMIT: a retired key cannot sign with an old date
	signature=$(mktemp)
	git cat-file commit "$1" | sed -n '/^gpgsig /,/-----END SSH SIGNATURE-----/p' |
		sed 's/^gpgsig //; s/^ //' >"$signature"
	found=0
	ssh-keygen -Y find-principals -f "$pinned/people_signers" -s "$signature" \
		>/dev/null 2>&1 || found=1
	rm -f "$signature"
	return "$found"
}

is_nothing "$new" && refuse "nothing is ever deleted here"

case $ref in
refs/heads/observed) signers=daemon_signers ;;
refs/heads/approved) signers=people_signers ;;
refs/tags/*)
	is_nothing "$old" || refuse "a tag is never moved"
	[ "$(git cat-file -t "$new")" = tag ] || refuse "only signed tags are taken"
	judged people_signers verify-tag "$new" >/dev/null 2>&1 ||
		refuse "it is not signed by anybody whom people_signers names"
	exit 0
	;;
refs/replace/*) refuse "git would show something else than what was signed" ;;
*) refuse "only observed, approved and signed tags are kept here" ;;
esac

before='' before_s=0 range=$new
if ! is_nothing "$old"; then
	git merge-base --is-ancestor "$new" "$old" &&
		refuse "it would go back from $old to the older $new"
	git merge-base --is-ancestor "$old" "$new" || refuse "its history may not be rewritten"
	before=$old before_s=$(git log -1 --format=%ct "$old") range=$old..$new
fi

listing=$(judged "$signers" log --reverse --topo-order --format='%H|%G?|%ct|%GF|%P' "$range") ||
	refuse "its history cannot be read"

while IFS='|' read -r commit grade committed_s key parents; do
	[ "$parents" = "$before" ] || refuse "$commit does not follow the one commit before it"
	[ "$grade" = N ] && refuse "$commit is not signed"
	[ "$grade" = G ] || refuse "$commit is signed by nobody whom $signers names ($grade)"
	if [ "$ref" = refs/heads/approved ]; then
		grep -qxF "$key" "$pinned/daemon_fingerprints" &&
			refuse "$commit is signed by the daemon, which never approves"
		[ -n "${CCONTROL_PULLS:-}" ] || allowed_today "$commit" ||
			refuse "$commit is signed with a key that may not sign today"
	elif [ "$committed_s" -lt "$before_s" ]; then
		refuse "$commit is dated before the commit before it"
	fi
	before=$commit before_s=$committed_s
done <<LISTING
$listing
LISTING
