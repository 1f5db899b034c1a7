#!/bin/sh
# Doubt this evidence pack. Needs git, ssh-keygen, sha256sum and openssl (for time stamps only).
#
#   sh verify.sh [-C PACK] ALLOWED_SIGNERS [TSA_CA.pem]
#
# PACK is the folder to doubt; without it, the one in which this script lies. ALLOWED_SIGNERS says
# whose signatures count. It and this script have to come from somewhere else than that folder:
# whoever can change the folder can change the copies in it, and a script of theirs says whatever
# they like. docs/evidence.md of ccontrol has its SHA-256. Ends with 0 only when everything holds.
set -u
LC_ALL=C; export LC_ALL
unset CDPATH GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_NO_REPLACE_OBJECTS GIT_TERMINAL_PROMPT
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES

harmless() { tr '\001-\011\013-\037\177-\377' '[?*]'; } # names in a pack may steer a terminal
bad() { printf 'BAD: %s\n' "$*" | harmless >&2; exit 1; }
ok() { printf 'ok:  %s\n' "$*" | harmless; }
whole() { case $1 in ''|/*) printf '%s' "$1" ;; *) printf '%s' "$PWD/$1" ;; esac; }

pack=$(dirname -- "$0") script=$(whole "$0")
[ "${1:-}" != -C ] || [ $# -lt 2 ] || { pack=$2; shift 2; }
[ $# -ge 1 ] || { echo "usage: sh verify.sh [-C PACK] ALLOWED_SIGNERS [TSA_CA.pem]" >&2; exit 2; }
signers=$(whole "$1") ca=$(whole "${2:-}")
[ -r "$signers" ] || { echo "the allowed signers cannot be read" >&2; exit 2; }
cd "$(whole "$pack")" || exit 2
if [ "$script" -ef verify.sh ]; then
  echo "NOTE: this script comes from the pack itself: run your own, with -C, or compare its SHA-256" >&2
elif ! cmp -s "$script" verify.sh; then
  echo "NOTE: the script in the pack is another one than this; it was not run" >&2
fi
if [ -e allowed_signers ] && [ "$signers" -ef allowed_signers ]; then
  echo "NOTE: these allowed signers come from the pack itself: this proves no more than that the" >&2
  echo "NOTE: pack agrees with itself." >&2
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT INT TERM

# 1. The seal: by whom, for what.
[ -s MANIFEST.sha256 ] && [ -s MANIFEST.sha256.sig ] || bad "the manifest or its signature is missing"
who=$(ssh-keygen -Y find-principals -s MANIFEST.sha256.sig -f "$signers" 2>/dev/null | head -n 1)
[ -n "$who" ] || bad "the seal was made with a key that is not among the allowed signers"
ssh-keygen -Y verify -q -n ccontrol-evidence -I "$who" -f "$signers" -s MANIFEST.sha256.sig \
  <MANIFEST.sha256 >/dev/null 2>"$work/why" || bad "the seal does not hold: $(cat "$work/why")"
ok "sealed by $who"

# 2. Every file is as it was sealed, none is missing, none was added.
sha256sum --check --strict --quiet MANIFEST.sha256 >"$work/sums" 2>&1 \
  || bad "files differ from the manifest: $(head -n 3 "$work/sums")"
[ -z "$(find . ! -type d ! -type f)" ] || bad "there is something that is neither file nor folder"
find . -type f ! -name 'MANIFEST.sha256*' | sed 's|^\./||' | sort >"$work/there"
find . -mindepth 2 -type f -name 'MANIFEST.sha256*' | sed 's|^\./||' | sort >>"$work/there"
find . -maxdepth 1 -type f -name 'MANIFEST.sha256*' | grep -v -x \
  -e ./MANIFEST.sha256 -e ./MANIFEST.sha256.sig -e ./MANIFEST.sha256.tsr >>"$work/there"
sort -o "$work/there" "$work/there"
sed 's/^[0-9a-f]*  //' MANIFEST.sha256 | sort >"$work/sealed"
cmp -s "$work/there" "$work/sealed" \
  || bad "other files than the sealed ones: $(comm -3 "$work/there" "$work/sealed" | head -n 3 | tr '\n\t' '  ')"
ok "$(wc -l <MANIFEST.sha256 | tr -d ' ') files as they were sealed"

# 3. The time stamp, where there is one. Certificates count as of its own time, which it tells.
# Only the token is looked at: nobody signed the words of the answer that stand beside it.
stamped() { # FILE STAMP: whether the authority stamped the file; sets $at
  openssl ts -reply -in "$2" -token_out -out "$work/token" >/dev/null 2>"$work/why" || return 1
  at=$(openssl ts -reply -token_in -in "$work/token" -text 2>/dev/null | sed -n 's/^Time stamp: //p')
  case $at in ''|*[!A-Za-z0-9:.\ ]*) echo "it tells no time" >"$work/why"; return 1 ;; esac
  epoch=$(date -u -d "$at" +%s 2>/dev/null) || return 1
  openssl ts -verify -data "$1" -token_in -in "$work/token" -CAfile "$ca" -attime "$epoch" \
    >/dev/null 2>"$work/why"
}
if [ -e MANIFEST.sha256.tsr ]; then
  [ -n "$ca" ] || bad "there is a time stamp: name the certificate of its authority as second argument"
  stamped MANIFEST.sha256 MANIFEST.sha256.tsr \
    || bad "the time stamp does not hold: $(tail -n 1 "$work/why" 2>/dev/null)"
  ok "time stamp: $at"
fi

# 4. The history, from the bundle alone.
git init -q --bare "$work/store.git" || exit 2
store() { git --git-dir "$work/store.git" -c "gpg.ssh.allowedSignersFile=$signers" "$@"; }
store bundle verify -q store.bundle >"$work/why" 2>&1 || bad "the bundle is broken: $(tail -n 1 "$work/why")"
store fetch -q --no-tags "$PWD/store.bundle" 'refs/heads/*:refs/heads/*' >"$work/why" 2>&1 \
  || bad "the bundle cannot be unpacked: $(tail -n 1 "$work/why")"
store fsck --strict --no-dangling --no-progress >"$work/why" 2>&1 || bad "git fsck: $(head -n 1 "$work/why")"
[ -z "$(store for-each-ref refs/replace)" ] || bad "objects are replaced"
for branch in observed approved; do
  wanted=$(sed -n "s/^  *\"$branch\": \"\([0-9a-f]*\)\",*\$/\1/p" pack.json | head -n 1)
  found=$(store rev-parse -q --verify "refs/heads/$branch" 2>/dev/null || true)
  [ "$wanted" = "$found" ] || bad "$branch stands at '$found', the pack is about '$wanted'"
done
ok "the bundle holds the commits that the pack is about"
sed -n 's/^  "sealed_as": "\(.*\)",*$/note: the pack says of who sealed it: \1/p' pack.json | harmless
daemon=$(sed -n 's/^  *"daemon": "\(.*\)",*$/\1/p' pack.json | head -n 1)
case $daemon in ccontrol@?*) ;; *) bad "'$daemon' is no name of a daemon: it begins with ccontrol@" ;; esac
[ "$who" != "$daemon" ] || bad "sealed by the daemon: who writes the history may not vouch for a pack"
store log --format='%G? %GS %H' refs/heads/observed >"$work/log" 2>/dev/null || bad "the history cannot be read"
grep -v -F "G $daemon " "$work/log" >"$work/odd" && bad "not signed by $daemon: $(head -n 1 "$work/odd")"
ok "$(wc -l <"$work/log" | tr -d ' ') commits signed by $daemon"
if store rev-parse -q --verify refs/heads/approved >/dev/null; then
  store log --format='%G? %GS' refs/heads/approved 2>/dev/null | sort | uniq -c \
    | sed 's/^ */note: approved, commits with this signature (G: good by your signers): /' | harmless
fi

# 5. SHA-256 beside git's SHA-1: the files at the head, and each commit's parent.
git init -q --object-format=sha256 "$work/again" || exit 2
store archive refs/heads/observed | tar -x -C "$work/again" || bad "the files cannot be unpacked"
git -C "$work/again" add -A -f . && tree=$(git -C "$work/again" write-tree) || bad "the tree cannot be built"
said=$(store log -1 --format='%(trailers:key=Tree-SHA256,valueonly)' refs/heads/observed | tr -d '\n')
[ "$tree" = "$said" ] || bad "the files at the head are not those that were signed (SHA-256)"
ok "SHA-256 of the files at the head: $tree"
store log --format='%P %(trailers:key=Parent-SHA256,valueonly,separator=)' refs/heads/observed \
  | while read -r parent said; do
    [ -n "$parent" ] || continue
    found=$(store cat-file commit "$parent" | sha256sum)
    [ "$said" = "${found%% *}" ] || { echo "$parent" >"$work/broken"; break; }
  done
[ ! -e "$work/broken" ] || bad "the chain of commits is broken after $(cat "$work/broken")"
ok "each commit names its parent by SHA-256"

# 6. The time stamps in the history: each vouches that a commit, and all before it, was there.
store log --reverse refs/heads/observed \
  --format='%(trailers:key=Stamped-Commit,valueonly,separator=) %(trailers:key=Stamp,valueonly,separator=)' \
  | grep -E '^[0-9a-f]{40} journal/stamps/[0-9]{4}/[0-9]{2}-[0-9]{2}\.tsr$' >"$work/stamps"
if [ -s "$work/stamps" ] && [ -z "$ca" ]; then
  echo "note: $(wc -l <"$work/stamps" | tr -d ' ') time stamps of the history are not checked: name the certificates of"
  echo "note: their authority as second argument"
fi
while [ -n "$ca" ] && read -r commit path; do
  store cat-file blob "refs/heads/observed:$path" >"$work/tsr" 2>/dev/null || bad "the time stamp $path is gone"
  store merge-base --is-ancestor "$commit" refs/heads/observed 2>/dev/null && store cat-file commit "$commit" >"$work/commit" \
    || bad "$path: the commit $commit is not in the history"
  stamped "$work/commit" "$work/tsr" || bad "$path does not hold: $(tail -n 1 "$work/why" 2>/dev/null)"
  [ "$(date -u -d "$at" +%Y/%m-%d)" = "$(expr "$path" : 'journal/stamps/\(.*\)\.tsr')" ] \
    || bad "$path was made on another day: $at"
  dated=$(store log -1 --format=%ct "$commit")
  [ "$dated" -le $((epoch + 660)) ] || bad "$commit is dated after its time stamp of $at"
  [ "$dated" -ge $((epoch - 172800)) ] || bad "$commit is dated long before its time stamp of $at"
  last=$commit
done <"$work/stamps"
if [ -s "$work/stamps" ] && [ -n "$ca" ]; then
  ok "$(wc -l <"$work/stamps" | tr -d ' ') time stamps of the history; the newest: $last was there at $at"
fi
echo "Everything that this script can check holds. What it cannot: whether ccontrol saw everything;"
echo "whether the tables say what the history says, which is the word of $who;" | harmless
echo "and whether the whole history was made anew with the genuine keys: ask the mirror or the witness."
