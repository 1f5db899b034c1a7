"""config.example.toml: every setting with its default and a word on it, families' samples included.

Pure text. The samples are handed in, since families are their drivers' business; a test holds the
file in the repository against this.
"""

from collections.abc import Mapping

_HEAD = """\
# Everything that can be set, with its default. What you leave out has that default.
# `ccontrol config check` finds every fault of a file at once and connects to nothing; a running
# daemon takes a changed file on SIGHUP and keeps the old one when the new one has faults.
# Relative paths start at this file's folder. Units stand in the names: _s seconds, _days days.
# Secrets never stand here. They are named: { env = "NAME" }, { file = "PATH" } or
# { credential = "NAME" } (a systemd credential, see LoadCredential= in systemd/ccontrol.service).

[engine]
in_flight = 50               # most controllers that are asked at once
maintenance_s = 86400        # between two rounds of housekeeping in the stores
quarantine_first_s = 60      # pause of a controller that broke a worker; it doubles each time
quarantine_most_s = 3600     # … up to this, at most an hour
witness_socket = ""          # where sensors hand in what they see, e.g. "/run/ccontrol/witness"
witness_users = []           # who may, beside the daemon's own user and root
metrics = ""                 # "127.0.0.1:9480": numbers for Prometheus there, under /metrics
metrics_beyond_this_host = false   # whether they may be served at an address that others reach

[[site]]                     # one plant with a store of its own; there may be several
name = "north"               # names its store and is signed with; fixed
title = "North works"        # what people call it
time_zone = "UTC"            # whose hours are meant in rules, e.g. "Europe/Berlin"

[site.store]
path = "baselines/north"     # a bare git repository that `ccontrol init` makes
# The key that signs the history; a file wants mode 0600. Or with ssh-agent, also for a smart card
# or a TPM: { agent = "/run/user/1000/agent.sock", public_key = "ssh-ed25519 AAAA…" }
signing_key = { file = "keys/signing-key" }
seal_key = { file = "keys/seal-key" }   # 64 hex digits: stand-ins for secrets are made with it
# What exactly a controller answered is kept encrypted to this age recipient, whose identity lies
# in a safe. "" keeps nothing.
vault_recipient = ""
vault_retention_days = 1095
journal_retention_days = 400            # days that are not in the signed history yet stay longer
low_water_bytes = 1073741824            # with less free disk than this, writing stops loudly
spool_limit_bytes = 268435456           # most that may wait for a store that takes nothing

# Defaults for every controller of this site; a controller's own tables go before, key by key.
# A family's table may stand here too, e.g. [site.defaults.s7].
[site.defaults.schedule]
glance_s = 300               # a handful of cheap questions, that often
full_s = 86400               # everything, that often, whatever the glances say
deep_pause_s = 1800          # at most one deep read on a trigger in this time
settle_s = 15                # two glances this far apart must agree before a change is read
stale_after_s = 3600         # without a good poll for so long, a controller is reported as stale
quiet_s = 15                 # a witness saw work on it: it is polled once that is over so long
restart_s = 180              # … so long after what restarts it: a firmware, a reset
evidence_pause_s = 60        # at most one poll because of witnesses in this time

[site.defaults.budget]
requests_per_s = 20.0        # highest pace, shared by all controllers behind one bridge
# Of a whole poll, by the clock on the wall; a glance: 60. Without it a deep read has 1800, and up
# to 14400 when the blocks that were read so far say that all of them take longer.
# time_limit_s = 1800.0
answer_timeout_s = 5.0       # for one answer
bytes_limit = 8388608        # most bytes taken in one poll; more for the largest S7-400
spare_connections = 2        # with fewer free ones left on the controller, let go at once; 0: off
connections = 1              # always one; stands here so that nobody has to ask
"""

_CONTROLLER = """\

[[site.controller]]
id = "{id}"
area = "hall-2"              # the part of the plant; names a folder, too
family = "{family}"
address = "{address}"        # host name or IP address
port = {port}
"""

_REST = """\
name = "Press 3"             # what people call it; may change at any time, the id may not
bridge = ""                  # CP, gateway or chassis whose pace it shares; "": its own address
criticality = "medium"       # low, medium, high or safety
owner = ""                   # whom to ask
tags = []
mirrored = false             # true: the switch mirrors this controller's own port to a sensor
"""
_FOLDER = """
# A folder into which people drop project files (L5X, sources, …): each is kept, encrypted, in the
# vault and as text under project/. One folder may have several tables, for several controllers.
# Whose a file is says `controller`; without one, a folder inside that is called like a controller;
# else the controller's name inside the file.
[[site.folder]]
path = "/srv/projects/press-3"
controller = "press-3"
files = []                   # patterns like "Press3*.L5X"; none: every file
events = "auto"              # "poll" where another host's writing gives no events and none is seen
look_s = 10                  # between two looks without events
settle_s = 5                 # a file that has not moved for so long is complete
rescan_s = 3600              # every file is hashed anew, that often, whatever its date says
bytes_limit = 268435456      # larger files are not taken
depth = 4                    # so many folders down it is looked; 0: only into the folder itself
"""
_ALERTS = """
# Who is told, and how: as many channels as are needed, each with one table of its own kind.
# `ccontrol alert test` tries them. See docs/alerts.md.
[[site.alert]]
name = "siem"
severity = "low"             # the least that is told: info, low, medium, high, critical
events = []                  # change, finding, store-trouble, …; none: all
aspects = []                 # program, firmware, mode, …; none: all
controllers = []             # with these or tags: only who is named,
tags = []                    # or has one of these tags
when = "immediate"           # or "hourly", "daily": together, not for syslog
# Whether names from programs, and addresses, go out; true for syslog and exec, false for mail,
# webhook and mqtt unless it is set.
# details = true
remind_s = 0.0               # between two reminders of a finding that stands; 0: none
timeout_s = 20.0             # for one attempt, all of it
queue_limit = 5000           # most alerts that wait; further ones are counted and told as lost

[site.alert.syslog]          # RFC 5424
host = "192.0.2.200"
# port = 6514                # tls 6514, tcp 601, udp 514 unless it is set
transport = "tls"            # "tcp", or "udp", of which nobody knows whether it arrived
form = "rfc5424"             # "cef": ArcSight's format as the text
facility = "local0"
# ca_file = "keys/siem-ca.pem"   # who vouches for the receiver; else whom this host trusts
# A receiver that wants to know who we are is shown this certificate.
# cert_file = "keys/ccontrol.pem"
# client_key = { file = "keys/ccontrol.key" }
heartbeat_s = 60.0           # a sign of life, that often; 0: none

[[site.alert]]
name = "on-call"
severity = "high"

[site.alert.mail]
host = "mail.example.org"
port = 587
security = "starttls"        # "tls": from the first byte; "none": without, and without a password
sender = "ccontrol@example.org"
to = ["on-call@example.org"]
user = ""                    # with a password only
# password = { file = "keys/mail-password" }
# ca_file = "keys/mail-ca.pem"

[[site.alert]]
name = "chat"

[site.alert.webhook]
url = "https://chat.example.org/hooks/plant"
secret = { file = "keys/webhook-secret" }   # signs each body, see docs/alerts.md
# ca_file = "keys/chat-ca.pem"
# cert_file = "keys/ccontrol.pem"
# client_key = { file = "keys/ccontrol.key" }

[[site.alert]]
name = "broker"

[site.alert.mqtt]            # a message for each alert, at least once (quality of service 1)
host = "broker.example.org"
port = 8883
security = "tls"             # "none": without, and without a password
version = "5"                # or "3.1.1", with which a broker cannot say that it refuses a message
topic = "ccontrol/{site}/{controller}"   # also {event} and {severity}
retain = false               # the broker keeps the last message of a topic for who comes later
user = ""
# password = { file = "keys/broker-password" }
# ca_file = "keys/broker-ca.pem"
# cert_file = "keys/ccontrol.pem"
# client_key = { file = "keys/ccontrol.key" }

[[site.alert]]
name = "horn"
severity = "critical"

[site.alert.exec]            # JSON comes on its standard input; no shell reads the list
command = ["/usr/local/bin/sound-the-horn", "--hall", "2"]
"""
_SYSLOG = """
# What controllers say of themselves by syslog: logins, loads, changes of mode. Only the addresses
# below are listened to. Ports below 1024 want a privilege, see docs/operations.md.
[site.syslog]
udp = "0.0.0.0:5514"         # anybody can forge what comes this way: it proves no origin by itself
tcp = "0.0.0.0:5514"
# tls = "0.0.0.0:6514"
# certificate = "keys/syslog.pem"
# key = { file = "keys/syslog.key" }      # or { credential = "syslog-key" }
# client_ca = "keys/controllers-ca.pem"   # who vouches for the controllers' own certificates
idle_s = 86400.0             # a connection that says nothing for so long is closed

[[site.syslog.sender]]
address = "192.0.2.12"
controller = "s7-1"

# Who works on a controller, when and how, is learnt from what witnesses see: see docs/behaviour.md.
[site.behaviour]
learning_days = 14           # after a controller's first event, whatever its users do is usual

# The log of what the branches did, for witnesses on other hosts: see docs/checkpoints.md.
[site.log]
# origin = "ccontrol/north"  # its name for ever, to everybody; else made of the site's name
# key = { file = "keys/log-key" }         # else it makes one of its own in the store

# [[site.log.cosigner]]      # a checkpoint witness; several may be named
# key = "historian.plant.example+0a1b2c3d+B…"    # what `ccontrol witness init` printed there
# url = "http://192.0.2.9:9481"           # "" when only files go to and fro
# ca_file = ""               # of an authority of your own, with https

# Who outside stamps the head of each day with its time: see docs/timestamps.md.
# [site.timestamps]
# url = "http://tsa.plant.example/tsr"    # a time stamp authority (RFC 3161)
# authorities = ["tsa-root.pem"]          # whose stamps count; keep those of years before
# policy = ""                # OID under which they have to be made
# ca_file = ""               # of an authority of your own, with https
# user = ""
# password = { file = "keys/tsa-password" }   # with https alone
"""

_POLICY = """
# What a change means here: the built-in rules, changed and added to. `ccontrol policy show` prints
# all that are in force, `ccontrol policy test` what they would have said. See docs/policy.md.
[site.policy]
extends = "default"          # "none": without the built-in rules
files = []                   # of rules, e.g. ["rules/*.toml"]; each holds [[rule]] tables
stations = []                # known engineering stations, e.g. ["192.0.2.0/28", "ENG-*"]

# When people work here. Without this table no time is working time.
# [site.policy.working]
# days = ["mon", "tue", "wed", "thu", "fri"]
# hours = "06:00-22:00"      # up to an earlier time: of the next day
# holidays = [2026-12-25]
# dates = []                 # only on these days
# time_zone = "Europe/Berlin"     # else the site's

# A rule. One whose id is known already changes that one, key by key.
# [[site.policy.rule]]
# id = "press-3-recompiled"
# severity = "info"          # or steps = 1: it moves what others weigh, by so many steps
# # from = "medium"          # with steps: only what weighs at least this much
# reason = "the recipe system compiles its blocks anew"
# stop = true                # rules after it are not asked about what it matches
# off = false                # true: the rule is gone
# source = ["controller"]    # or "file": dropped project files
# techniques = []            # of MITRE ATT&CK for ICS
# no_technique = ""
# [site.policy.rule.when]    # everything in it has to hold
# kind = ["recompiled"]
# controller = ["press-3"]
"""


_SOURCE = """
# A log that Zeek (with the ICSNPP parsers) or Suricata writes, read as it grows.
[[site.source]]
name = "zeek-hall-2"         # whose word it is, in the log of witnesses
path = "/opt/zeek/logs/current/s7comm*.log"
format = "auto"              # or "zeek", "suricata"
look_s = 5                   # between two looks
stall_s = 900                # one that has not grown for so long is told: nobody watches then
"""

_PEOPLE = """
# Whose signatures begin the list of who may approve: see docs/approvals.md. Without this table
# nobody approves anything, and no change is called unauthorised.
[site.people]
roots = [
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ",
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X",
]
threshold = 2                # so many of them sign each version of the list
requester_approves = false   # true: whoever asked for a change may approve it, too
"""


def assemble(samples: Mapping[str, str], ports: Mapping[str, int]) -> str:
    """Return the example with one controller for each family, its sample table included.

    A sample is a driver's `sample.toml`: a table headed with the family's name in brackets.
    """
    parts = [_HEAD]
    for number, family in enumerate(sorted(samples)):
        parts.append(
            _CONTROLLER.format(
                id="press-3" if number == 0 else f"{family}-1",
                family=family,
                address=f"192.0.2.{10 + number}",
                port=ports[family],
            )
        )
        parts += [] if number else [_REST]
        parts.append("\n" + samples[family].replace(f"[{family}]", f"[site.controller.{family}]"))
    return "".join((*parts, _FOLDER, _ALERTS, _SYSLOG, _POLICY, _SOURCE, _PEOPLE))
