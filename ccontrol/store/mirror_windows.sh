# Read by hooks/people: whether somebody approves what can belong to a window that they had asked for.
#
# As ccontrol/approval/rights.py judges, or more strictly where this cannot know as much, which it
# then says: what the daemon has not seen yet, it may see a day later; letters beyond ASCII count as
# any text, and so does what a window does not say plainly.

day=86400 # NEAR in ccontrol/approval/windows.py, in seconds

# Words of TOML and of time, for awk. What is masked can be held against a text: * is any, ? is one.
words='
	function plain() { # whether a line hides no name
		if (/"""/ || /\047\047\047/) return 0
		return /^[ \t]*(#.*)?$/ || /^\[+[a-z_.]+\]+[ \t]*(#.*)?$/ || /^[ \t]*\],?[ \t]*(#.*)?$/ ||
			/^[ \t]+"([^"\\]|\\.)*",?[ \t]*(#.*)?$/ || /^[a-z0-9_]+[ \t]*=/
	}
	function masked(text) { gsub(/[^ -~]+/, "*", text); return tolower(text) }
	function masked_name(text) {
		gsub(/[*?]/, "#", text); gsub(/[^ -~]+/, "*", text); gsub(/^ +| +$/, "", text)
		return tolower(text)
	}
	function glob(pattern, text,    at, here, star, mark, sign) {
		at = here = 1; star = 0
		while (here <= length(text)) {
			sign = substr(pattern, at, 1)
			if (sign == "*") { star = at++; mark = here }
			else if (sign != "" && (sign == "?" || sign == substr(text, here, 1))) { at++; here++ }
			else if (star) { at = star + 1; here = ++mark }
			else return 0
		}
		while (substr(pattern, at, 1) == "*") at++
		return at > length(pattern)
	}
	function string() { # takes a string off the front of rest; leaves it in taken
		taken = ""
		if (substr(rest, 1, 1) == "\047") {
			if (!match(rest, /^\047[^\047]*\047/)) return 0
			taken = substr(rest, 2, RLENGTH - 2); rest = substr(rest, RLENGTH + 1)
			return 1
		}
		if (!match(rest, /^"([^"\\]|\\.)*"/)) return 0
		raw = substr(rest, 2, RLENGTH - 2); rest = substr(rest, RLENGTH + 1)
		while (at = index(raw, "\\")) {
			taken = taken substr(raw, 1, at - 1); sign = substr(raw, at + 1, 1)
			digits = sign == "u" ? 4 : sign == "U" ? 8 : 0
			if (sign == "\"" || sign == "\\") taken = taken sign
			else if (digits) taken = taken letter(tolower(substr(raw, at + 2, digits)))
			else taken = taken "\001"
			raw = substr(raw, at + 2 + digits)
		}
		taken = taken raw
		return 1
	}
	function letter(digits,    code, at) { # as far as it is ASCII
		for (at = 1; at <= length(digits); at++)
			code = code * 16 + index("0123456789abcdef", substr(digits, at, 1)) - 1
		return code >= 32 && code < 127 ? sprintf("%c", code) : "\001"
	}
	function days(year, month, date) { # since 1970
		if (month < 3) { year--; month += 12 }
		return 365 * year + int(year / 4) - int(year / 100) + int(year / 400) \
			+ int((153 * (month - 3) + 2) / 5) + date - 719469
	}
	function seconds(text,    f) { # of YYYYMMDDhhmmss, since 1970
		return 86400 * days(substr(text, 1, 4) + 0, substr(text, 5, 2) + 0, substr(text, 7, 2) + 0) \
			+ 3600 * substr(text, 9, 2) + 60 * substr(text, 11, 2) + substr(text, 13, 2)
	}
	function instant(text,    found, zone) { # of a time with its offset; "" when it is none
		if (text !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][Tt ][0-9][0-9]:[0-9][0-9]:[0-9]/)
			return ""
		zone = substr(text, 20); fraction = sub(/^[.][0-9]+/, "", zone)
		sub(/[ \t]*(#.*)?$/, "", zone)
		found = substr(text, 1, 19); gsub(/[^0-9]/, "", found); found = seconds(found)
		if (zone ~ /^[Zz]$/) return found
		if (zone !~ /^[-+][0-9][0-9]:[0-9][0-9]$/) return ""
		offset = 3600 * substr(zone, 2, 2) + 60 * substr(zone, 5, 2)
		return substr(zone, 1, 1) == "-" ? found + offset : found - offset
	}'

windows_in() { # from `git cat-file --batch=%(objectsize) %(rest)`: a line each, fields by tabs:
	# id, who asked, from, until, "cancelled" or "", "odd" or "", patterns of controllers
	awk "$words"'
		function begins() {
			left = $0 + 0; path = $0; sub(/^[0-9]+ changes\//, "", path); sub(/[.]toml$/, "", path)
			who = listed = since = until = cancelled = odd = ""; hides = open = table = 0
		}
		function listing() { # more of the controllers
			while (1) {
				sub(/^[ \t,]+/, "", rest)
				if (rest == "" || rest ~ /^#/) return
				if (rest ~ /^\]/) { open = 0; return }
				if (!string()) { hides = 1; return }
				if (taken ~ /[^ -~]/) odd = "odd"
				listed = listed "\t" masked(taken)
			}
		}
		function assigned(name) {
			rest = $0; sub(/^[a-z0-9_]+[ \t]*=[ \t]*/, "", rest)
			if (name == "controllers" && sub(/^\[/, "", rest)) { open = 1; listing() }
			else if (name == "requester") {
				if (!string()) hides = 1
				if (taken ~ /[^ -~]/) odd = "odd"
				who = masked_name(taken)
			}
			else if (name == "from") since = instant(rest)
			else if (name == "until") { until = instant(rest); if (fraction && until != "") until++ }
			else if (name == "cancelled" && rest ~ /^true[ \t]*(#.*)?$/) cancelled = "cancelled"
		}
		function ends() {
			if (hides) { who = "*"; listed = since = until = cancelled = "" }
			if (since == "" || until == "" || listed == "") odd = "odd"
			if (since == "") since = -1e15
			if (until == "") until = 1e15
			if (listed == "") listed = "\t*"
			printf "%s\t%s\t%.0f\t%.0f\t%s\t%s%s\n", path, who, since, until, cancelled, odd, listed
		}
		!inside { begins(); inside = 1; next }
		{
			left -= length($0) + 1
			if (!plain()) hides = 1
			else if (open) { rest = $0; listing() }
			else if (/^\[/) table = 1
			else if (!table && match($0, /^[a-z0-9_]+/)) assigned(substr($0, 1, RLENGTH))
			if (left < 0) { ends(); inside = 0 }
		}'
}

written_windows() { # of a list of changes by `git diff-tree`: what windows say in it
	awk -F '\t' '{
		split($1, f, " ")
		if ($2 ~ /^changes\// && f[5] != "D" && !met[f[4] $2]++) print f[4] " " $2
	}' "$1" | git cat-file --batch='%(objectsize) %(rest)' | windows_in
}

learn_windows() { # those before the commit; later ones are added as their commits are taken
	[ -z "$known" ] || return 0
	known=yes
	: >"$work/windows"
	[ -n "$before" ] || return 0
	git rev-list "$before" -- changes/ >"$work/past" || refuse "its history cannot be read"
	git -c core.quotePath=true diff-tree --stdin -r --root --no-commit-id --no-renames \
		<"$work/past" >"$work/versions" || refuse "its history cannot be read"
	written_windows "$work/versions" >"$work/windows"
}

judge_windows() { # that nobody approves what can belong to a window that they had asked for
	learn_windows
	echo "$who" | awk -F '\t' "$words"'
		NR == 1 { who = tolower($0); next }
		glob($2, who)' - "$work/windows" >"$work/own"
	written_windows "$work/changed" >"$work/fresh"
	[ -s "$work/own" ] || return 0
	anew=$(awk -F '\t' 'NR == FNR { own[$1] = 1; next } $5 == "" && $1 in own { print $1; exit }' \
		"$work/own" "$work/fresh")
	[ -z "$anew" ] || refuse_asker "$anew"
	until=$(echo "$at" | awk "$words"'{ printf "%.0f\n", seconds($1) + 1 }')
	later=$day
	[ -z "$sighted" ] || later=0
	folders >"$work/folders"
	while IFS= read -r folder; do
		near "${folder##*/}" "$until" "$later" >"$work/near"
		[ ! -s "$work/near" ] || approved_last "$folder"
		refuse_near
	done <"$work/folders"
	while read -r need path; do
		[ "$need" = decides ] || continue
		git cat-file blob "$commit:$path" >"$work/file"
		decided "$path" <"$work/file" >"$work/decided"
		while IFS= read -r line; do
			since=${line%% *} unsure=''
			near "${line#* }" $((since + day)) 0 >"$work/near"
			refuse_near
		done <"$work/decided"
	done <"$work/needs"
}

folders() { # of controllers in which something changed, as git quotes them
	awk -F '\t' '{
		path = $2; sub(/^"/, "", path)
		if (split(path, part, "/") > 3 && part[1] == "plant") {
			folder = part[1] "/" part[2] "/" part[3]
			if (!met[folder]++) print folder
		}
	}' "$work/changed"
}

decided() { # of a decision that approves: the day of its change, and the controller
	awk -v path="$1" "$words"'
		/^\[/ { exit }
		match($0, /^[a-z0-9_]+/) {
			name = substr($0, 1, RLENGTH)
			rest = $0; sub(/^[a-z0-9_]+[ \t]*=[ \t]*/, "", rest)
			said[name] = string() ? taken : "\001"
		}
		END {
			if (said["kind"] ~ /^(reject|investigate|emergency|attest)$/) exit
			if (said["decision"] == "attest") exit
			date = substr(path, 11, 8); year = substr(date, 1, 4) + 0
			month = substr(date, 5, 2) + 0; number = substr(date, 7, 2) + 0
			if (date !~ /^[0-9]+$/ || year < 1970 || year > 9998) exit
			if (month < 1 || month > 12 || number < 1) exit
			if (number > days(year, month + 1, 1) - days(year, month, 1)) exit
			printf "%.0f %s\n", 86400 * days(year, month, number), said["controller"]
		}'
}

near() { # CONTROLLER UNTIL LATER: own windows about it that begin by then: until, id, what is unsure
	printf '%s\n' "$1" | awk -F '\t' -v until="$2" -v later="$3" -v day="$day" "$words"'
		function coarse(pattern) { # as a folder of that name can be called
			gsub(/[^a-z0-9._*-]+/, "*", pattern)
			sub(/^[.-]/, "*", pattern); sub(/[.]$/, "*", pattern)
			if (pattern ~ /^(con|prn|aux|nul|com[0-9]|lpt[0-9])([.]|$)/) sub(/^./, "*", pattern)
			return pattern == "" ? "*" : pattern
		}
		function about(pattern) {
			if (text ~ /[^ -~]|[@\\]/) return "name"
			if (glob(pattern, text)) return $6 == "" ? "sure" : "name"
			return text ~ /=/ && glob(coarse(pattern), text) ? "name" : ""
		}
		NR == 1 { text = tolower($0); next }
		{
			best = ""
			for (at = 7; at <= NF; at++) {
				found = about($at)
				if (found == "sure" || best == "") best = found
			}
			if (best == "" || $3 >= until + day + later) next
			if (best == "sure" && $3 >= until + day) best = "later"
			if (best == "sure") print $4 " " $1 " sure"
			else rest = rest $4 " " $1 " " best "\n"
		}
		END { printf "%s", rest }' - "$work/own"
}

approved_last() { # FOLDER: sets since when it can have happened, empty for whenever
	since='' unsure=''
	case $1 in *\\*) return 0 ;; esac
	last=$(git --literal-pathspecs rev-list -1 "$before" -- "$1/")
	[ -n "$last" ] || return 0
	sights=${CCONTROL_SEEN:-refs/heads/observed}
	first=$(sighting "$sights" "$last")
	if [ ${#first} != 14 ]; then
		unsure=$last
		git rev-list "$last" >"$work/past"
		git ls-tree -r --name-only "$sights" journal/approved/ >"$work/sights" 2>/dev/null || :
		earlier=$(awk '
			NR == FNR { name = $0; sub(/^.*\//, "", name); sub(/[.]toml$/, "", name); met[name]; next }
			$1 in met { print $1; exit }' "$work/sights" "$work/past")
		[ -n "$earlier" ] || return 0
		first=$(sighting "$sights" "$earlier")
		[ ${#first} = 14 ] || return 0
	fi
	since=$(echo "$first" | awk "$words"'{ printf "%.0f\n", seconds($1) }')
	[ -z "$unsure" ] || since=$((since - day))
}

refuse_near() { # when one of $work/near had not ended a day before
	while read -r ended id why; do
		[ -z "$since" ] || [ $((since - day)) -lt "$ended" ] || continue
		[ -z "$unsure" ] || why=unseen
		refuse_asker "$id" "$why"
	done <"$work/near"
}

refuse_asker() { # WINDOW WHY
	case ${2:-sure} in
	sure) why='' ;;
	name) why=' (something there is no plain ASCII, and counts here as any)' ;;
	later) why=' (it begins within two days, and nobody knows when the daemon sees this)' ;;
	unseen) why=" (when the daemon saw $unsure, the approval before this, is not known here yet)" ;;
	esac
	refuse "$commit: $who asked for $1, and so may not approve what can belong to it$why"
}
