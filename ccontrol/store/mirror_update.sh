#!/bin/sh
# What may happen to the branches and tags of a mirror: git's `update` hook, REF OLD NEW.
#
# Needs a POSIX shell with awk, git 2.34 or newer and ssh-keygen 8.9 or newer, nothing of ccontrol.
# What it trusts was laid down when the mirror was made, in ccontrol/mirror/:
#   daemon_signers       whose commits count on `observed`, until people say so on `approved`
#   daemon_fingerprints  keys that never count on `approved`, whatever people.toml says
#   roots, threshold     whose signatures, and how many, begin who may sign; without them nobody may
#   requester_approves   if it is there, whoever asked for a change may approve it
#   only_approved        if it is there, this is a daemon's store: nothing else may be pushed
# hooks/people and hooks/windows, read below, judge `approved`. Prints why something is refused, and
# ends with 1 then.
set -eu
umask 077
unset GIT_CONFIG_PARAMETERS GIT_REPLACE_REF_BASE GIT_GRAFT_FILE GIT_SHALLOW_FILE
# hooks/pull says by what to judge; who pushes has no say in that, whatever their login hands on.
[ "${4:-}" = pull ] || unset CCONTROL_SEEN CCONTROL_PEOPLE
GIT_NO_REPLACE_OBJECTS=1 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_COUNT=0
LC_ALL=C TZ=UTC0
export GIT_NO_REPLACE_OBJECTS GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_CONFIG_COUNT LC_ALL TZ

ref=$1 old=$2 new=$3
home=$(git rev-parse --absolute-git-dir)
pinned=$home/ccontrol/mirror
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

refuse() {
	printf '%s\n' "ccontrol mirror: $ref: $1" | tr '\001-\011\013-\037\177' '[?*]' >&2
	exit 1
}

is_nothing() {
	case $1 in *[!0]*) return 1 ;; esac
}

. "$home/hooks/people"
. "$home/hooks/windows"

judge_observed() { # by the daemon's keys: as people name them, or else as they are pinned
	daemon_keys
	range=$new before='' before_s=0 number=0 place=0
	if ! is_nothing "$old"; then
		range=$old..$new before=$old before_s=$(git log -1 --format=%ct "$old")
		number=$(git rev-list --count "$old")
		key=$(signed_by_daemon -1 --format=%GF "$old")
		place=$(awk -v key="$key" '$1 == key { print NR; exit }' "$work/daemon_order")
	fi
	# Read while git goes on: behind the first commit that does not hold no signature is checked.
	why=$({
		signed_by_daemon --reverse --topo-order --format='%H|%G?|%ct|%GF|%P' "$range" &&
			echo whole
	} | awk -v before="$before" -v before_s="$before_s" -v number="$number" -v place="$place" '
		FILENAME == ARGV[1] {
			split($0, one, " "); order[one[1]] = ++named; last[one[1]] = one[2]
			next
		}
		$0 == "whole" { whole = 1; next }
		{
			split($0, f, "|"); number++
			if (f[5] != before) why = " does not follow the one commit before it"
			else if (f[2] == "N") why = " is not signed"
			else if (f[2] != "G") why = " is signed by nobody who is the daemon (" f[2] ")"
			else if (named && !(f[4] in order)) why = " is by a key that people did not name"
			else if (named && order[f[4]] < place + 0)
				why = " is by a retired key: a later one had taken over"
			else if (named && last[f[4]] != "" && number > last[f[4]] + 0)
				why = " is by a key that ended with commit " last[f[4]] ", and is number " number
			else if (f[3] + 0 < before_s + 0) why = " is dated before the commit before it"
			if (why != "") { print f[1] why; exit }
			before = f[1]; before_s = f[3]; place = order[f[4]]
		}
		END { if (why == "" && !whole) exit 1 }' "$work/daemon_order" -) ||
		refuse "its history cannot be read"
	[ -z "$why" ] || refuse "$why"
}

signed_by_daemon() { # git log
	git -c gpg.format=ssh -c gpg.ssh.program=ssh-keygen -c gpg.ssh.revocationFile= \
		-c gpg.minTrustLevel=fully -c log.showSignature=false -c core.commitGraph=false \
		-c gpg.ssh.allowedSignersFile="$work/daemon_signers" log "$@"
}

is_nothing "$new" && refuse "nothing is ever deleted here"

[ "$ref" = refs/heads/approved ] || [ ! -e "$pinned/only_approved" ] ||
	refuse "only approved may be pushed here; all else is the daemon's"

case $ref in
refs/heads/observed | refs/heads/approved) ;;
refs/tags/*)
	is_nothing "$old" || refuse "a tag is never moved"
	case ${ref##*/} in # git takes a tag before a branch, and before the short form of an id
	observed | approved | *HEAD) refuse "git would take this tag for a branch" ;;
	esac
	case ${ref#refs/tags/} in
	*[!0-9A-Fa-f]*) ;;
	*) refuse "git would take this tag for a commit" ;;
	esac
	[ "$(git cat-file -t "$new")" = tag ] || refuse "only signed tags are taken"
	judge_tag
	exit 0
	;;
refs/replace/*) refuse "git would show something else than what was signed" ;;
*) refuse "only observed, approved and signed tags are kept here" ;;
esac

[ ! -e "$home/shallow" ] || refuse "this mirror is shallow: nobody can judge what it lacks"
[ ! -e "$home/info/grafts" ] || refuse "this mirror has grafts, which lie about parents"
[ "$(git cat-file -t "$new")" = commit ] || refuse "$new is no commit"
if ! is_nothing "$old"; then
	git merge-base --is-ancestor "$new" "$old" &&
		refuse "it would go back from $old to the older $new"
	git merge-base --is-ancestor "$old" "$new" || refuse "its history may not be rewritten"
fi
case $ref in
refs/heads/observed) judge_observed ;;
refs/heads/approved) judge_approved ;;
esac
