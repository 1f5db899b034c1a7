# Read by hooks/update: whether commits on `approved` count, by the people in force at their place.
#
# Who may sign is people/people.toml of the commit before; the first version is signed by the roots
# that are pinned, each later one by those of the version before it. A commit's own date counts for
# nothing: its key has to be allowed when it was seen first. On a push that is now; on a pull it is
# when the daemon saw it, by the sighting on `observed` ($CCONTROL_SEEN names a ref), else now.

attributes=fa1385d99a319b43c06f5309d1aae9fdd3adea46
largest=1000000 # bytes of a file, or of a commit's text, that people wrote; ccontrol reads no more

stated() { # COMMIT NAME: what its people.toml says, in $work/NAME.list; it has one form only
	git cat-file blob "$1:people/people.toml" >"$work/$2.toml" 2>/dev/null ||
		refuse "$1: there is no people/people.toml: nobody says who may sign"
	awk '
		function bad() { broken = 1; exit 1 }
		function text(value) {
			if (value !~ /^"[^"\\]*"$/) bad()
			return substr(value, 2, length(value) - 2)
		}
		function stamp(value) {
			gsub(/[-:T]/, "", value)
			if (length(value) != 15 || value !~ /^[0-9]+Z$/) bad()
			return value
		}
		function ends() {
			if (table == "key") {
				print "key " line
				print "signer " who " " authority "namespaces=\"git\"" since until " " line
			}
			if (table == "daemon") print "daemon " line " " last
			line = authority = since = until = last = ""
		}
		function opens(name) { ends(); table = name; number++ }
		function assigned(name, value) {
			if (table == "" && name ~ /^(form|serial|threshold)$/ && value ~ /^[0-9]+$/)
				print name " " value
			else if (table == "" && name == "requester_approves" && value ~ /^(true|false)$/)
				print name " " value
			else if (table == "" && name == "roots" && value == "[") array = name
			else if (table == "person" && name == "principal") who = text(value)
			else if (table == "person" && name == "name" && value ~ /^"/) return
			else if (table == "person" && name == "roles" && value == "[") array = name
			else if (table == "person" && name == "roles" && value == "[]") return
			else if (table == "key" && name == "authority" && value == "true")
				authority = "cert-authority,"
			else if (table == "key" && name == "from") since = ",valid-after=\"" stamp(value) "\""
			else if (table == "key" && name == "until") until = ",valid-before=\"" stamp(value) "\""
			else if (name == "key" && (table == "key" || table == "daemon")) line = text(value)
			else if (table == "daemon" && name == "last" && value ~ /^[0-9]+$/) last = value
			else if (table != "daemon" || name != "compromised_from" || value !~ /^[0-9]+$/) bad()
		}
		$0 == "" { next }
		$0 == "[[person]]" { opens("person"); who = ""; next }
		$0 == "[[person.key]]" { opens("key"); next }
		$0 == "[[daemon]]" { opens("daemon"); next }
		$0 == "]" && array != "" { array = ""; next }
		array != "" && /^  ".*",$/ {
			sub(/,$/, ""); item = text(substr($0, 3))
			if (array == "roots" && item in roots) bad()
			if (array == "roots") roots[item] = 1
			print (array == "roots" ? "root" : "role " who) " " item
			next
		}
		array != "" || !/^[a-z_]+ = / { bad() }
		{
			if ((number, $1) in given) bad()
			given[number, $1] = 1
			assigned($1, substr($0, length($1) + 4))
		}
		END { if (broken) exit 1; ends() }
	' "$work/$2.toml" >"$work/$2.list" || refuse "$1: people.toml is not as ccontrol writes it"
	[ "$(of "$2" form)" = 1 ] || refuse "$1: people.toml has a form that this hook does not know"
	of "$2" signer >"$work/$2.signers"
}

of() { # NAME WORD: what stands behind the word, a line each
	awk -v word="$2" '$1 == word { print substr($0, length(word) + 2) }' "$work/$1.list"
}

prints() { # FILE of public keys
	[ ! -s "$1" ] || ssh-keygen -lf "$1" | awk '{ print $2 }'
}

daemon_keys() { # lay out the daemon's keys: by people, if they name any, or as they are pinned
	: >"$work/daemon_order"
	cat "$pinned/daemon_signers" >"$work/daemon_signers"
	at=$(git rev-parse --quiet --verify "${CCONTROL_PEOPLE:-refs/heads/approved}") || return 0
	stated "$at" now
	of now daemon >"$work/daemon"
	[ -s "$work/daemon" ] || return 0
	awk '{ print "daemon namespaces=\"git\" " $1 " " $2 }' "$work/daemon" >"$work/daemon_signers"
	while read -r kind key last; do
		echo "$kind $key" >"$work/key"
		echo "$(prints "$work/key") $last" >>"$work/daemon_order"
	done <"$work/daemon"
}

judge_approved() {
	[ -s "$pinned/roots" ] || refuse "no roots are pinned here: nobody may approve"
	range=$new before='' known=''
	if ! is_nothing "$old"; then
		range=$old..$new before=$old
		stated "$old" force
	fi
	git rev-list --reverse --topo-order "$range" >"$work/commits" || refuse "it cannot be read"
	while read -r commit; do
		[ "$(git log -1 --format=%P "$commit")" = "$before" ] ||
			refuse "$commit does not follow the one commit before it"
		[ "$(git cat-file -s "$commit")" -le "$largest" ] ||
			refuse "$commit: its text is larger than anything that people write"
		judge_files
		judge_people
		judge_signer
		judge_rights
		[ -n "$before" ] && ! grep -qx people "$work/needs" || stated "$commit" force
		[ -z "$known" ] || written_windows "$work/changed" >>"$work/windows"
		before=$commit
	done <"$work/commits"
}

judge_files() { # only plain files where they have a place; what they need goes into $work/needs
	git -c core.quotePath=true diff-tree -r --root --no-commit-id --no-renames "$commit" \
		>"$work/changed"
	why=$(awk -F '\t' -v attributes="$attributes" -v needs="$work/needs" -v written="$work/written" '
		function is_configuration(path) { # by the SHA-256 of a file
			return path ~ /^configuration\/[0-9a-f]+\.toml$/ && length(path) == 83
		}
		BEGIN { printf "" >needs; printf "" >written }
		{
			split($1, f, " "); path = $2; odd = sub(/^"/, "", path)
			if (path == ".gitattributes" && f[4] == attributes && f[2] == "100644") next
			if (path ~ /(^|\/)\.git/) why = " would tell git something"
			else if (path !~ /^(plant|changes|decisions|attestations|people|configuration)\//)
				why = " has no place here"
			else if (path ~ /^configuration\// && !is_configuration(path))
				why = " has no place here"
			else if (odd && path !~ /^plant\//) why = " has a name that nothing here has"
			else if (f[2] != "100644" && f[2] != "000000") why = " is no plain file (" f[2] ")"
			else if (path ~ /^(decisions|attestations|configuration)\// && f[5] != "A")
				why = " was there before: it may only be added"
			if (why != "") { print path why; exit }
			if (path !~ /^plant\// && f[5] != "D") print f[4] >written
			if (path ~ /^people\//) print "people" >needs
			else if (path ~ /^configuration\//) print "configures " path >needs
			else if (path ~ /^attestations\//) print "says " path >needs
			else if (path ~ /^decisions\//) print "decides " path >needs
			else if (path ~ /^changes\// && f[5] != "D") print "allows " path >needs
			else print "approves " path >needs
		}' "$work/changed")
	[ -z "$why" ] || refuse "$commit: $why"
	git cat-file --batch-check='%(objectsize)' <"$work/written" |
		awk -v largest="$largest" '$1 > largest { exit 1 }' ||
		refuse "$commit: a file is larger than anything that people write"
	[ -n "$before" ] ||
		[ "$(git rev-parse --quiet --verify "$commit:.gitattributes")" = "$attributes" ] ||
		refuse "$commit: .gitattributes is not as ccontrol writes it"
}

judge_people() { # a new version of who may sign: roots, threshold, serial, what follows from it
	rm -f "$work/new.list"
	[ -z "$before" ] || grep -qx people "$work/needs" || return 0
	stated "$commit" new
	needed=$(cat "$pinned/threshold")
	[ "$(of new threshold)" -ge "$needed" ] || refuse "$commit: its threshold is below $needed"
	if [ -n "$before" ]; then
		of force root >"$work/rule"
		[ "$(of force threshold)" -le "$needed" ] || needed=$(of force threshold)
		[ "$(of new serial)" -gt "$(of force serial)" ] || refuse "$commit: its serial is not higher"
	else
		cat "$pinned/roots" >"$work/rule"
	fi
	require_roots
	git cat-file blob "$commit:people/allowed_signers" >"$work/allowed" 2>/dev/null || :
	cmp -s "$work/allowed" "$work/new.signers" ||
		refuse "$commit: people/allowed_signers does not follow from people.toml"
	strays=$(git ls-tree -r --name-only "$commit" people/ | awk '
		$0 != "people/people.toml" && $0 != "people/allowed_signers" &&
		$0 !~ /^people\/signatures\//')
	[ -z "$strays" ] || refuse "$commit: $strays has no place in people/"
	of new key >"$work/keys"
	of new root >>"$work/keys"
	prints "$work/keys" >"$work/theirs"
	never >"$work/never"
	! grep -qxFf "$work/never" "$work/theirs" ||
		refuse "$commit: the daemon's key is among those of people"
}

never() { # the daemon's keys, which count for nothing on `approved`
	cat "$pinned/daemon_fingerprints"
	for version in force new; do
		[ -f "$work/$version.list" ] || continue
		of "$version" daemon | awk '{ print $1 " " $2 }' >"$work/daemon"
		prints "$work/daemon"
	done
}

require_roots() { # so many of $work/rule signed new.toml, each in the file that bears its name
	good=0
	while read -r kind key _; do
		echo "$kind $key" >"$work/root.pub"
		echo "root $kind $key" >"$work/root"
		name=$(prints "$work/root.pub" | hexadecimal)
		git cat-file blob "$commit:people/signatures/$name.sig" >"$work/root.sig" 2>/dev/null ||
			continue
		ssh-keygen -Y verify -n ccontrol-people -f "$work/root" -I root -s "$work/root.sig" \
			<"$work/new.toml" >/dev/null 2>&1 || refuse "$commit: $name.sig does not hold"
		good=$((good + 1))
	done <"$work/rule"
	[ "$good" -ge "$needed" ] || refuse \
		"$commit: who may sign is signed by $good of the roots that count; $needed are needed"
}

hexadecimal() { # a fingerprint SHA256:… of base64
	awk -v signs=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/ '{
		sub(/^SHA256:/, ""); bits = rest = 0; hex = ""
		for (at = 1; at <= length($0); at++) {
			rest = rest * 64 + index(signs, substr($0, at, 1)) - 1
			for (bits += 6; bits >= 4; bits -= 4) {
				digit = int(rest / 2 ^ (bits - 4)); rest -= digit * 2 ^ (bits - 4)
				hex = hex substr("0123456789abcdef", digit + 1, 1)
			}
		}
		print hex
	}'
}

judge_signer() { # sets who signed; a root may, too
	people=new
	[ -z "$before" ] || people=force
	{
		cat "$work/$people.signers"
		of "$people" root | awk '{ print "(root) namespaces=\"git\" " $0 }'
	} >"$work/signers"
	rm -f "$work/signature"
	git cat-file commit "$commit" | awk -v signature="$work/signature" '
		$0 == "" { body = 1 }
		!body && /^gpgsig / {
			if (signed++) exit 1
			inside = 1; print substr($0, 8) >signature; next
		}
		!body && inside && /^ / { print substr($0, 2) >signature; next }
		!body && !/^(tree|parent|author|committer|encoding) / { exit 1 }
		!body && /^(author|committer) / &&
			(!/ [0-9]+ [-+][0-9][0-9][0-9][0-9]$/ || $(NF - 1) > 253370764800) { exit 1 }
		{ inside = 0; print }' >"$work/content" || refuse "$commit has headers, or a date, that nobody writes"
	[ -f "$work/signature" ] || refuse "$commit is not signed"
	seen_at "$commit"
	require_signature "$commit"
}

require_signature() { # NAME: $work/content is signed by one of $work/signers, at the time $at
	found=$(ssh-keygen -Y check-novalidate -n git -s "$work/signature" <"$work/content" \
		2>/dev/null) || refuse "$1: its signature does not hold, or is for another purpose"
	key=${found##* }
	never >"$work/never"
	! echo "$key" | grep -qxFf "$work/never" ||
		refuse "$1 is signed by the daemon, which never approves"
	who=$(ssh-keygen -Y find-principals -f "$work/signers" -s "$work/signature" \
		-Overify-time="$at" 2>/dev/null | head -n 1)
	[ -n "$who" ] || refuse "$1 is signed by nobody who may sign at that place and time ($key)"
	case $found in *-CERT\ key\ *)
		named=$(awk '{ print $1 }' "$work/signers" | sort -u | while read -r one; do
			! ssh-keygen -Y verify -n git -f "$work/signers" -I "$one" -s "$work/signature" \
				-Overify-time="$at" <"$work/content" >/dev/null 2>&1 || echo "$one"
		done)
		[ "$named" = "$who" ] || refuse "$1: its certificate names several people: nobody signed it"
		;;
	esac
	ssh-keygen -Y verify -n git -f "$work/signers" -I "$who" -s "$work/signature" \
		-Overify-time="$at" <"$work/content" >/dev/null 2>&1 ||
		refuse "$1: its signature does not hold"
}

seen_at() { # COMMIT: sets when it was seen first, and whether the daemon did
	at='' sighted=yes
	[ -z "${CCONTROL_SEEN:-}" ] || at=$(sighting "$CCONTROL_SEEN" "$1")
	[ ${#at} = 14 ] || { at=$(date -u +%Y%m%d%H%M%S) && sighted=''; }
}

sighting() { # REF COMMIT: when the daemon saw it first, as far as that history knows
	git cat-file blob "$1:journal/approved/${2%"${2#??}"}/$2.toml" 2>/dev/null |
		awk '/^at = / { gsub(/[^0-9]/, "", $3); print substr($3, 1, 14); exit }'
}

judge_rights() { # the role for each file; and that nobody approves what they asked for
	awk '
		body && tolower($0) ~ /^requested-by[ \t]*:/ { sub(/^[^:]*:/, ""); print }
		$0 == "" { body = 1 }' "$work/content" >"$work/asked"
	[ -s "$work/needs" ] || require_role nothing approver investigator configurator
	while IFS= read -r line; do
		need=${line%% *} path=${line#* }
		case $need in
		people) ;;
		configures) require_role "$path" configurator ;;
		says) require_role "$path" approver investigator ;;
		decides)
			require_plain "$path"
			case $(grep -E '^(kind|decision)[ 	]*=' "$work/file") in # an attestation has no kind
			'kind = "investigate"' | 'kind = "attest"' | 'decision = "attest"')
				require_role "$path" approver investigator
				;;
			*) require_role "$path" approver ;;
			esac
			;;
		allows)
			require_role "$path" approver
			require_plain "$path"
			;;
		*) require_role "$path" approver ;;
		esac
	done <"$work/needs"
	rule=$(of "$people" requester_approves)
	[ -n "$rule" ] || [ ! -e "$pinned/requester_approves" ] || rule=true
	[ "$rule" != true ] || return 0
	why=''
	! grep -q '[^ -~]' "$work/asked" || why=' (letters beyond ASCII count as any)'
	! echo "$who" | awk "$words"'
		NR == 1 { who = tolower($0); next }
		glob(masked_name($0), who) { found = 1 }
		END { exit !found }' - "$work/asked" ||
		refuse "$commit: $who asked for it, and may not approve it$why"
	judge_windows
}

require_role() { # PATH ROLE...
	where=$1
	shift
	for role in "$@"; do
		! of "$people" role | grep -qxF "$who $role" || return 0
	done
	refuse "$commit: $who is no $* and changed $where"
}

require_plain() { # PATH: no spelling in which TOML could hide a name; notes who asked
	git cat-file blob "$commit:$1" >"$work/file"
	awk -v asked="$work/asked" "$words"'
		!plain() { exit 1 }
		/^requester[ \t]*=/ {
			# As ccontrol writes letters beyond ASCII: they hide none within it.
			gsub(/\\u(00[89A-F]|0[1-9A-F][0-9A-F]|[1-9A-F][0-9A-F][0-9A-F])[0-9A-F]/, "\001")
			if ($0 !~ /^requester = "[^"\\]*"[ \t]*(#.*)?$/) exit 1
			split($0, part, "\""); print part[2] >>asked
		}' "$work/file" || refuse "$commit: $1 is not written plainly"
}

judge_tag() { # signed by somebody who may sign now
	at=$(git rev-parse --quiet --verify refs/heads/approved) || refuse "nobody may sign tags yet"
	stated "$at" force
	cat "$work/force.signers" >"$work/signers"
	git cat-file tag "$new" | awk -v signature="$work/signature" '
		/^-----BEGIN SSH SIGNATURE-----$/ { inside = 1 }
		inside { print >signature; next }
		{ print }' >"$work/content"
	[ "$(sed -n '/^$/q; s/^tag //p' "$work/content")" = "${ref#refs/tags/}" ] ||
		refuse "it was signed under another name"
	[ -f "$work/signature" ] || refuse "it is not signed"
	at=$(date -u +%Y%m%d%H%M%S)
	require_signature "$new"
}
