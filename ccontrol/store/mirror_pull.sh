#!/bin/sh
# Bring a mirror up to date: from the address it was made with, or from the bundle or address given.
#
# What arrives is judged by hooks/update before a branch moves; what is refused changes nothing.
# Needs a POSIX shell, git 2.34 or newer and ssh-keygen. Ends with 1 when something was refused.
set -eu
umask 077
GIT_DIR=$(cd "$(dirname "$0")/.." && pwd)
GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0 LC_ALL=C CCONTROL_PULLS=1
export GIT_DIR GIT_NO_REPLACE_OBJECTS GIT_TERMINAL_PROMPT LC_ALL CCONTROL_PULLS
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

refused=0
for name in observed approved; do
	old=$(git rev-parse --quiet --verify "refs/heads/$name" || echo "$nothing")
	new=$(git rev-parse --quiet --verify "refs/incoming/$name" || echo "$nothing")
	if [ "$new" = "$nothing" ]; then
		[ -f "$from" ] || [ "$old" = "$nothing" ] || {
			echo "ccontrol mirror: $from has no $name any more" >&2
			refused=1
		}
	elif [ "$old" != "$new" ]; then
		if "$GIT_DIR/hooks/update" "refs/heads/$name" "$old" "$new"; then
			git update-ref -m "pull from $from" "refs/heads/$name" "$new" "$old"
			echo "refs/heads/$name $new"
		else
			refused=1
		fi
	fi
done
exit "$refused"
