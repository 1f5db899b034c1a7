#!/bin/sh
# Bring a mirror up to date: from the address it was made with, or from the bundle or address given.
#
# What arrives is judged by hooks/update before a branch moves; what is refused changes nothing.
# Needs what hooks/update needs. Ends with 1 when something was refused.
set -eu
umask 077
GIT_DIR=$(cd "$(dirname "$0")/.." && pwd)
GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0 LC_ALL=C
export GIT_DIR GIT_NO_REPLACE_OBJECTS GIT_TERMINAL_PROMPT LC_ALL
nothing=0000000000000000000000000000000000000000
from=${1:-$(git config remote.origin.url)}
busy=$GIT_DIR/ccontrol/mirror/pulling

mkdir "$busy" 2>/dev/null || {
	echo "ccontrol mirror: another pull is running; if none is, remove $busy" >&2
	exit 1
}

forget() {
	git for-each-ref --format='delete %(refname)' refs/incoming/ | git update-ref --stdin
	rmdir "$busy"
}
trap forget EXIT
trap 'exit 1' HUP INT TERM

if [ -f "$from" ]; then
	strange=$(git bundle list-heads "$from" 2>/dev/null |
		awk '$2 != "refs/heads/observed" && $2 != "refs/heads/approved" { print $2; exit }')
	[ -z "$strange" ] || {
		echo "ccontrol mirror: $from: holds $strange too; nothing was changed" >&2
		exit 1
	}
fi

git -c fetch.fsckObjects=true -c protocol.allow=never -c protocol.file.allow=always \
	-c protocol.ssh.allow=always -c protocol.http.allow=always -c protocol.https.allow=always \
	fetch --quiet --no-tags --no-write-fetch-head --no-auto-maintenance --refmap= -- \
	"$from" '+refs/heads/*:refs/incoming/*' || {
	echo "ccontrol mirror: $from: could not be fetched whole; nothing was changed" >&2
	exit 1
}

[ -n "$(git for-each-ref refs/incoming/observed refs/incoming/approved)" ] || {
	echo "ccontrol mirror: $from has no observed any more; nothing was changed" >&2
	exit 1
}

stands() { # REF: its commit, or nothing
	git rev-parse --quiet --verify "$1" || echo "$nothing"
}

judged() { # NAME: whether what arrived may follow; what stands still may
	old=$(stands "refs/heads/$1") new=$(stands "refs/incoming/$1")
	[ "$new" = "$nothing" ] || [ "$old" = "$new" ] ||
		"$GIT_DIR/hooks/update" "refs/heads/$1" "$old" "$new" pull
}

# People's commits are judged by when the daemon saw them, which its branch says; its commits by the
# keys that people signed, which theirs says. Where one is refused, the other is judged without it.
CCONTROL_SEEN=refs/incoming/observed CCONTROL_PEOPLE=refs/incoming/approved
export CCONTROL_SEEN CCONTROL_PEOPLE
[ "$(stands refs/incoming/observed)" != "$nothing" ] || CCONTROL_SEEN=refs/heads/observed
refused='' complaint=$(judged approved 2>&1) || refused=approved
if [ -n "$refused" ] || [ "$(stands refs/incoming/approved)" = "$nothing" ]; then
	CCONTROL_PEOPLE=refs/heads/approved
fi
judged observed || {
	refused="$refused observed" CCONTROL_SEEN=refs/heads/observed
	case $refused in approved*) ;; *)
		complaint=$(judged approved 2>&1) || refused="approved $refused"
		;;
	esac
}
[ -z "$complaint" ] || printf '%s\n' "$complaint" >&2

for name in observed approved; do
	old=$(stands "refs/heads/$name") new=$(stands "refs/incoming/$name")
	case $refused in *"$name"*) continue ;; esac
	if [ "$new" = "$nothing" ]; then
		[ -f "$from" ] || [ "$old" = "$nothing" ] || {
			echo "ccontrol mirror: $from has no $name any more" >&2
			refused="$refused gone"
		}
	elif [ "$old" != "$new" ]; then
		git update-ref -m "pull from $from" "refs/heads/$name" "$new" "$old"
		echo "refs/heads/$name $new"
	fi
done
[ -z "$refused" ]
