#!/bin/sh
# Doubt this evidence pack. Needs git, ssh-keygen, sha256sum and openssl (for time stamps only).
#
#   sh verify.sh [-C PACK] ALLOWED_SIGNERS [TSA_CA.pem [SEEN]]
#
# PACK is the folder to doubt; without it, the one in which this script lies. ALLOWED_SIGNERS says
# whose signatures count. It and this script have to come from somewhere else than that folder:
# whoever can change the folder can change the copies in it, and a script of theirs says whatever
# they like. docs/evidence.md of ccontrol has its SHA-256. A line each, told apart by the purpose:
#
#   ccontrol@north namespaces="git" ssh-ed25519 AAAA…                the daemon
#   export@north   namespaces="ccontrol-evidence" ssh-ed25519 AAAA…  the seal
#   root@north     namespaces="ccontrol-people" ssh-ed25519 AAAA…    each root of who may approve
#
# SEEN is a commit of observed that a mirror or a witness saw: the history has to hold it, and what
# is up to it is not doubtful, whoever has the daemon's key since. An empty TSA_CA.pem ('') is none.
#
# Ends with 0 only when everything holds.
set -u
LC_ALL=C TZ=UTC0; export LC_ALL TZ
unset CDPATH GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_NO_REPLACE_OBJECTS GIT_TERMINAL_PROMPT
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
umask 077

harmless() { tr '\001-\011\013-\037\177-\377' '[?*]'; } # names in a pack may steer a terminal
bad() { printf 'BAD: %s\n' "$*" | harmless >&2; exit 1; }
ok() { printf 'ok:  %s\n' "$*" | harmless; }
note() { printf 'NOTE: %s\n' "$*" | harmless >&2; }
whole() { case $1 in ''|/*) printf '%s' "$1" ;; *) printf '%s' "$PWD/$1" ;; esac; }

pack=$(dirname -- "$0") script=$(whole "$0")
[ "${1:-}" != -C ] || [ $# -lt 2 ] || { pack=$2; shift 2; }
[ $# -ge 1 ] || { echo "usage: sh verify.sh [-C PACK] ALLOWED_SIGNERS [TSA_CA.pem [SEEN]]" >&2; exit 2; }
signers=$(whole "$1") ca=$(whole "${2:-}") seen=${3:-}
[ -r "$signers" ] || { echo "$1 cannot be read" >&2; exit 2; }
case $seen in *[!0-9a-f]*) echo "$seen is no commit" >&2; exit 2 ;; esac
cd "$(whole "$pack")" || exit 2
if [ "$script" -ef verify.sh ]; then
  note "this script comes from the pack itself: run your own, with -C, or compare its SHA-256"
elif ! cmp -s "$script" verify.sh; then
  note "the script in the pack is another one than this; it was not run"
fi
if [ -e allowed_signers ] && [ "$signers" -ef allowed_signers ]; then
  note "these allowed signers come from the pack itself: this proves no more than that the"
  note "pack agrees with itself."
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM

# Of whoever counts for a purpose: their lines in the auditor's file, else in the pack's.
counting() {  # PURPOSE, WHAT
  grep -F "namespaces=\"$1\"" "$signers" >"$work/$1" && return 0
  grep -F "namespaces=\"$1\"" allowed_signers >"$work/$1" 2>/dev/null || return 1
  note "your file names no $2: those of the pack itself were taken"
}
# Who signed a file for a purpose, by a list of allowed signers, at a time (empty: now).
signed_by() {  # SIGNATURE, SIGNERS, PURPOSE, TIME < what was signed
  cat >"$work/over"
  ssh-keygen -Y find-principals ${4:+-Overify-time="$4"} -s "$1" -f "$2" >"$work/who" 2>/dev/null || return 1
  while IFS= read -r one; do
    if ssh-keygen -Y verify -q ${4:+-Overify-time="$4"} -n "$3" -I "$one" -f "$2" -s "$1" \
      <"$work/over" >/dev/null 2>"$work/why"; then printf '%s\n' "$one"; return 0; fi
  done <"$work/who"
  return 1
}
keys_in() { sed -n 's/^.*[ "]\([a-z0-9@.-]* AAAA[A-Za-z0-9+/=]*\).*/\1/p' | sort -u; }
fingerprint() { ssh-keygen -l -f "$1" 2>/dev/null | while read -r _ name _; do echo "$name"; done; }

# 1. The seal: by whom, for what.
[ -s MANIFEST.sha256 ] && [ -s MANIFEST.sha256.sig ] || bad "the manifest or its signature is missing"
ssh-keygen -Y find-principals -s MANIFEST.sha256.sig -f "$signers" 2>/dev/null | grep -q . \
  || bad "the seal was made with a key that is not among the allowed signers"
who=$(signed_by MANIFEST.sha256.sig "$signers" ccontrol-evidence '' <MANIFEST.sha256) \
  || bad "the seal does not hold: $(cat "$work/why")"
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

# 4. The history, from the bundle alone: only its branches are taken.
git init -q --bare "$work/store.git" || exit 2
store() { git --git-dir "$work/store.git" -c "gpg.ssh.allowedSignersFile=$signers" "$@"; }
has() { store rev-parse -q --verify "refs/heads/$1" >/dev/null; }
store bundle verify -q "$PWD/store.bundle" >"$work/why" 2>&1 || bad "the bundle is broken: $(tail -n 1 "$work/why")"
store bundle list-heads "$PWD/store.bundle" | sed 's/^[0-9a-f]* //' \
  | grep -v -x -e refs/heads/observed -e refs/heads/approved >"$work/odd" \
  && bad "the bundle brings more than the two branches: $(head -n 1 "$work/odd")"
store fetch -q --no-tags "$PWD/store.bundle" 'refs/heads/*:refs/heads/*' >"$work/why" 2>&1 \
  || bad "the bundle cannot be unpacked: $(tail -n 1 "$work/why")"
store fsck --strict --no-dangling --no-progress >"$work/why" 2>&1 || bad "git fsck: $(head -n 1 "$work/why")"
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
[ -z "$seen" ] || store merge-base --is-ancestor "$seen" refs/heads/observed 2>/dev/null \
  || bad "the history does not hold $seen, which was seen: it was made anew"
ok "$(wc -l <"$work/log" | tr -d ' ') commits signed by $daemon"

# 5. SHA-256 beside git's SHA-1: the files at the head, and each commit's parent.
git init -q --object-format=sha256 "$work/again" || exit 2
store archive refs/heads/observed | tar -x -C "$work/again" || bad "the files cannot be unpacked"
git -C "$work/again" add -A -f . && tree=$(git -C "$work/again" write-tree) || bad "the tree cannot be built"
said=$(store log -1 --format='%(trailers:key=Tree-SHA256,valueonly)' refs/heads/observed | tr -d '\n')
[ "$tree" = "$said" ] || bad "the files at the head are not those that were signed (SHA-256)"
ok "SHA-256 of the files at the head: $tree"
store log --format='%P %(trailers:key=Parent-SHA256,valueonly,separator=)' refs/heads/observed >"$work/chain"
while read -r parent said; do
  [ -n "$parent" ] || continue
  found=$(store cat-file commit "$parent" | sha256sum)
  [ "$said" = "${found%% *}" ] || bad "the chain of commits is broken after $parent"
done <"$work/chain"
ok "each commit names its parent by SHA-256"
store log --format=%ct refs/heads/observed >"$work/dates"
sort -rn "$work/dates" | cmp -s - "$work/dates" || bad "a commit of observed is dated before its parent"

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

# 7. What people signed on approved, from its beginning, each commit by who might sign before it and
#    by when the daemon saw it first. The first that does not hold ends it: nothing after it counts.
mkdir "$work/now" "$work/next"
setting() { sed -n "s/^  *\"$1\": \([a-z0-9]*\),*\$/\1/p" pack.json | head -n 1; }
lists() {  # COMMIT → who may sign after it, taken apart into files of $work/next
  for name in signers roles roots daemons spans rule; do : >"$work/next/$name"; done
  store cat-file blob "$1:people/people.toml" >"$work/next/toml" 2>/dev/null \
    || { why="there is no people/people.toml: nobody says who may sign"; return; }
  part=head list='' who='' key='' from='' until='' authority='' own='' end=- since=-
  { cat "$work/next/toml"; echo '[[end]]'; } >"$work/lines"
  while IFS= read -r line; do
    text=${line#*\"} text=${text%\"*}
    case $part.$list.$line in
      *..'[['*']]')
        if [ -n "$key" ]; then
          times=${from:+,valid-after=\"$from\"}${until:+,valid-before=\"$until\"}
          printf '%s %snamespaces="git"%s %s\n' "$who" "$authority" "$times" "$key" >>"$work/next/signers"
        fi
        [ -z "$own" ] || printf '%s %s %s\n' "$own" "$end" "$since" >>"$work/next/spans"
        key='' from='' until='' authority='' own='' end=- since=- part=${line#??} part=${part%??}
        ;;
      *..) ;;
      head..'form = 1') ;;
      head..'serial = '*) serial=${line#* = } ;;
      head..'threshold = '*) needed=${line#* = } ;;
      head..'requester_approves = true'|head..'requester_approves = false') echo "${line#* = }" >"$work/next/rule" ;;
      head..'roots = [') list=roots ;;
      person..'roles = [') list=roles ;;
      person..'roles = []') ;;
      *.?*.']') list='' ;;
      *.roots.'  "'*'",') printf '%s\n' "$text" >>"$work/next/roots" ;;
      *.roles.'  "'*'",') printf '%s %s\n' "$text" "$who" >>"$work/next/roles" ;;
      person..'principal = "'*'"') who=$text; case $who in *[!A-Za-z0-9._+@-]*) why="odd name $who" ;; esac ;;
      person..'name = "'*'"') ;;
      person.key..'key = "'*'"') key=$text ;;
      person.key..'authority = true') authority=cert-authority, ;;
      person.key..'from = '*) from=$(printf %s "${line#* = }" | sed 's/[.].*//' | tr -d ':TZ-') ;;
      person.key..'until = '*) until=$(printf %s "${line#* = }" | sed 's/[.].*//' | tr -d ':TZ-') ;;
      daemon..'key = "'*'"') own=$text; printf '%s\n' "$own" >>"$work/next/daemons" ;;
      daemon..'last = '*) end=${line#* = } ;;
      daemon..'compromised_from = '*) since=${line#* = } ;;
      *) why="people/people.toml is written in a form that this script does not read" ;;
    esac
  done <"$work/lines"
}
rooted() {  # COMMIT, ROOTS (one key a line), HOW MANY → is its people.toml signed by so many of them?
  sed 's/^/root namespaces="ccontrol-people" /' "$2" | while IFS= read -r line; do
    printf '%s\n' "$line" >"$work/root"
    store ls-tree --name-only "$1:people/signatures" 2>/dev/null | while IFS= read -r name; do
      store cat-file blob "$1:people/signatures/$name" >"$work/sig" 2>/dev/null
      signed_by "$work/sig" "$work/root" ccontrol-people '' <"$work/next/toml" >/dev/null && { echo; break; }
    done
  done >"$work/good"
  good=$(wc -l <"$work/good" | tr -d ' ')
  [ "$good" -ge "$3" ] || why="people/people.toml is signed by $good of the roots that count; $3 are needed"
}
renewed() {  # COMMIT → judge its list of people by the one before
  before=$serial before_needed=$needed
  lists "$1"
  [ -z "$why" ] || return
  if [ -z "$last" ]; then rooted "$1" "$work/pinned" "$threshold"; else
    [ "$serial" -gt "$before" ] || why="people/people.toml: its serial is not higher than before"
    [ "$before_needed" -gt "$threshold" ] || before_needed=$threshold
    rooted "$1" "$work/now/roots" "$before_needed"
  fi
  [ "$needed" -ge "$threshold" ] || why="people/people.toml: its threshold is below $threshold"
  cat "$work/next/signers" "$work/next/roots" | sed 's/^/ /' | keys_in >"$work/persons"
  cat "$work/daemon" "$work/next/daemons" >"$work/daemons"
  ! grep -q -x -F -f "$work/daemons" "$work/persons" || why="the daemon's key stands among those of people"
  versions=$((versions + 1))
}
signature() {  # COMMIT → $who signed it, by those who may
  store cat-file commit "$1" >"$work/raw"
  sed -n -e '/^$/q' -e '/^gpgsig /{s/^gpgsig //p;b' -e '}' -e 's/^ //p' "$work/raw" >"$work/sig"
  sed -e '1,/^$/{/^gpgsig /d' -e '/^ /d' -e '}' "$work/raw" >"$work/payload"
  key=$(ssh-keygen -Y check-novalidate -n git -s "$work/sig" <"$work/payload" 2>"$work/why" \
    | sed -n 's/.* key \(SHA256:[^ ]*\).*/\1/p')
  [ -n "$key" ] || { why="it bears no signature that holds: $(tr '\n' ' ' <"$work/why")"; return; }
  cat "$work/daemon" "$work/$from_list/daemons" >"$work/one.pub"
  ! fingerprint "$work/one.pub" | grep -q -x -F -e "$key" \
    || { why="the daemon's key signed it, which counts for nothing here"; return; }
  rest=${1#??}
  at=$(store cat-file blob "refs/heads/observed:journal/approved/${1%"$rest"}/$1.toml" 2>/dev/null \
    | sed -n 's/^at = \([0-9T:-]*\).*/\1/p' | tr -d ':T-')
  { cat "$work/$from_list/signers"; sed 's/^/root namespaces="git" /' "$work/$from_list/roots"; } >"$work/may"
  who=$(signed_by "$work/sig" "$work/may" git "${at:-$newest}" <"$work/payload") \
    || why="$key belongs to nobody who might sign when it was seen"
}
may() {  # PATH, ROLE… → has who signed one of these roles?
  path=$1; shift
  for role in "$@"; do grep -q -x -F -e "$role $who" "$work/$from_list/roles" && return; done
  why="$who may not change $path: that takes the role $1"
}
asked() {  # < names: who asked may not approve
  rule=$(cat "$work/$from_list/rule")
  [ "${rule:-$asker}" = true ] && return
  tr 'A-Z' 'a-z' | grep -q -x -F -e "$(printf %s "$who" | tr 'A-Z' 'a-z')" \
    && why="$who asked for it, and so may not approve it"
}
rights() {  # COMMIT → had who signed it the right to what it does?
  tab=$(printf '\t')
  while IFS=$tab read -r how path; do
    case $path in
      plant/*|changes/*) may "$path" approver ;;
      attestations/*) may "$path" approver investigator ;;
      decisions/*)
        # Its own kind stands before every table, and not within a text of several lines.
        store cat-file blob "$1:$path" 2>/dev/null >"$work/file"
        if ! grep -q -e '"""' -e "'''" "$work/file" \
          && sed '/^[ '"$tab"']*\[/,$d' "$work/file" | grep -q -x -E '(kind = "investigate"|decision = "attest")'
        then may "$path" approver investigator; else may "$path" approver; fi
        ;;
      configuration/*) may "$path" configurator ;;
      people/*|.gitattributes) ;;
      *) why="$path has no place on this branch" ;;
    esac
    case $path in */.git*) why="$path has no place on this branch" ;; esac
    case $how.$path in
      A.*|D.changes/*|D.plant/*|D.people/*|M.changes/*|M.plant/*|M.people/*|M..gitattributes) ;;
      *) why="$path was there before: it may only be added" ;;
    esac
    case $how.$path in
      [AM].changes/*|[AM].decisions/*)
        store cat-file blob "$1:$path" >"$work/file"
        sed -n "s/^[ $tab]*requester[ $tab]*=[ $tab]*[\"']\(.*\)[\"'][ $tab]*\$/\1/p" "$work/file" >"$work/asked"
        asked <"$work/asked"
        ;;
    esac
    [ -z "$why" ] || return
  done <"$work/paths"
  store log -1 --format='%(trailers:key=Requested-By,valueonly)' "$1" >"$work/asked"
  asked <"$work/asked"
}
judge() {  # COMMIT, ITS PARENTS → $why it does not count
  [ "$2" = "$last" ] || { why="its parents are not the one commit before it"; return; }
  store diff-tree --root --no-commit-id --no-renames -r --name-status "$1" >"$work/paths"
  from_list=now
  if [ -z "$last" ] || grep -q '	people/' "$work/paths"; then
    renewed "$1"
    [ -n "$last" ] || from_list=next
  fi
  [ -z "$why" ] && signature "$1"
  [ -z "$why" ] && rights "$1"
  [ -z "$why" ] || return
  [ ! -e "$work/next/toml" ] || { rm -r "$work/now"; mv "$work/next" "$work/now"; mkdir "$work/next"; }
}

fault=''
if ! has approved; then
  ok "nothing is on approved: nobody has authorised anything"
elif ! counting ccontrol-people "roots of who may approve"; then
  note "no root keys are known: who might sign on approved was held against nothing"
  store log --format='%G? %GS' approved 2>/dev/null | sort | uniq -c \
    | sed 's/^ */note: approved, commits with this signature (G: good by your signers): /'
else
  keys_in <"$work/ccontrol-people" >"$work/pinned"
  cat "$signers" allowed_signers 2>/dev/null | grep -F "$daemon " | keys_in >"$work/daemon"
  threshold=$(setting threshold) asker=$(setting requester_approves)
  case $threshold in ''|*[!0-9]*) threshold=2 ;; esac
  [ "$threshold" -ge 2 ] || note "pack.json says that one root alone may say who approves: ask the site"
  newest=$(store log -1 --format=%cd --date=format-local:%Y%m%d%H%M%S refs/heads/observed)
  last='' why='' serial=0 needed=0 versions=0 count=0
  store rev-list --reverse --topo-order --parents approved >"$work/commits"
  while read -r commit parents <&3; do
    judge "$commit" "$parents"
    [ -z "$why" ] || { fault="approved, commit $commit: $why"; break; }
    last=$commit count=$((count + 1))
  done 3<"$work/commits"
  ok "$count commits on approved by people who might; $versions versions of who may sign, each signed by $threshold or more roots"
  rule=$(cat "$work/now/rule" 2>/dev/null)
  if [ -z "$rule" ] && [ "$asker" = true ]; then note "pack.json says that whoever asked for a change may approve it"; fi
  [ "$rule" != true ] || note "people.toml says that whoever asked for a change may approve it"
  if [ -n "$fault" ]; then
    sed -n "/^$commit/,\$p" "$work/commits" | while read -r one _; do
      ! tr -d '\r' <authorizations.csv | grep -q "^$one,.*,yes,\$" || echo "$one"
    done >"$work/odd"
    if [ -s "$work/odd" ]; then fault="$fault; and the pack counts $(head -n 1 "$work/odd")"
    else fault="$fault; nothing from there on counts, and the pack counts nothing of it"; fi
  fi
fi

# 8. Which key was the daemon's for which commits, as people signed it last: a retired key can sign an
#    old date, and cannot choose its place in the history.
store log --reverse --format=%GF refs/heads/observed >"$work/keys" 2>/dev/null
doubt=''
if [ -s "$work/now/spans" ]; then
  while read -r kind key end since; do
    echo "$kind $key" >"$work/one.pub"
    echo "$(fingerprint "$work/one.pub") $end $since"
  done <"$work/now/spans" >"$work/places"
  vouched=0
  [ -z "$seen" ] || vouched=$(store rev-list --count "$seen")
  awk -v vouched="$vouched" '
    FILENAME != ARGV[2] { place[$1] = ++named; name[named] = $1; end[named] = $2; since[named] = $3; next }
    {
      at = place[$1]
      if (!at) why = "that people did not name as the daemon\047s"
      else if (at < current) why = "that was retired: a later key had taken over"
      else if (end[at] != "-" && FNR > end[at]) why = "that ended with commit " end[at]
      if (why != "") { print "commit " FNR " of observed is by " $1 ", a key " why; exit }
      current = at
      if (since[at] == "-" || FNR < since[at] || FNR <= vouched) next
      if (!(at in first)) first[at] = FNR
      last[at] = FNR
    }
    END {
      for (at in first) print "DOUBT commits " first[at] " to " last[at] " of observed are doubtful: " \
        name[at] " may have been somebody else\047s. Name a commit that a mirror or witness saw"
    }' "$work/places" "$work/keys" >"$work/odd"
  ! grep -v '^DOUBT ' "$work/odd" >"$work/why" || bad "$(head -n 1 "$work/why")"
  doubt=$(sed -n 's/^DOUBT //p' "$work/odd" | head -n 1)
  ok "each commit by a key that was the daemon's at its place, as people signed it"
elif [ "$(sort -u "$work/keys" | wc -l | tr -d ' ')" != 1 ]; then
  note "several keys signed observed, and no people that count here say which was the daemon's when:"
  note "a retired one with an old date passes"
else
  note "no people that count here say which keys are the daemon's: your allowed signers alone do"
fi
[ -z "$doubt" ] || bad "$doubt"
[ -z "$fault" ] || bad "$fault"
echo "Everything that this script can check holds. What it cannot: whether ccontrol saw everything,"
echo "whether the tables follow from the history (make the pack anew from it), and whether the whole"
echo "history was made anew with the genuine keys: ask the mirror or the witness."
