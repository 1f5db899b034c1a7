"""What `ccontrol init` writes: configuration, store's README, vault's identity. Pure."""

from collections.abc import Sequence
from string import Template

_HEAD = """\
# What ccontrol watches, how often and how gently. `ccontrol config check` finds every fault and
# connects to nothing; the daemon takes a changed file with `systemctl reload ccontrol` (SIGHUP).
# Every setting with its default: docs/reference/configuration.md.
"""

_SITE = Template("""
[[site]]
name = "$site"
title = ""

[site.store]
path = "baselines/$site"
# Secrets are named, never written here: { file = … }, { credential = … } or { env = … }.
# Under systemd: { credential = "signing-key" } and { credential = "seal-key" }.
signing_key = { file = "keys/signing-key" }
seal_key = { file = "keys/seal-key" }
# What exactly a controller answered is kept encrypted to this key; its other half,
# keys/vault-identity, belongs in a safe.
vault_recipient = "$recipient"

# One such block for each controller: take the #s away, then `ccontrol config check`.
# The id names its folder in the history for ever; `name` may change at any time.
#
# [[site.controller]]
# id = "press-3"
# area = "hall-2"
# family = "s7"
# address = "192.0.2.10"
# name = "Press 3"
#
# [site.controller.s7]
# rack = 0
# slot = 2              # 2 on a S7-300; as in HW Config on a S7-400
""")

_README = Template("""\
# The history of $site

Written by ccontrol, one signed commit for each change that it saw. Nothing of ccontrol is needed
to read or to verify it:

    git clone STORE history && cd history
    git config gpg.ssh.allowedSignersFile /path/to/allowed_signers
    git log --show-signature
    git verify-commit HEAD

Take `allowed_signers` from whoever runs the site, not from this repository: the copy in
`keys/allowed_signers` is for comparison only. In STORE itself, name the branch in full,
`refs/heads/observed`: a tag of the same short name would win.

- `plant/` what people approve: programs, configuration, hardware, firmware, protection
- `views/` the same as readable programs; nothing is judged by them
- `state/` what moves by itself, and what could not be read, with the reason
- `records/` what each change means and what speaks for it
- `journal/` who was asked, how often, and with what outcome, one file a day

Each commit names in its trailers the SHA-256 of its files (`Tree-SHA256`: the id that this tree
has in a SHA-256 repository) and of the commit before it (`Parent-SHA256`).
""")

_IDENTITY = Template("""\
# Opens the exact answers of controllers that the vault keeps (age, see https://age-encryption.org).
# The daemon does not need this file. Move it to a safe, away from this host.
# recipient: $recipient
$secret
""")


def configuration(sites: Sequence[str], recipient: str) -> str:
    """Return a configuration with these sites and one commented controller in each."""
    return _HEAD + "".join(_SITE.substitute(site=site, recipient=recipient) for site in sites)


def store_readme(site: str) -> str:
    """Return the README at the root of a site's history."""
    return _README.substitute(site=site)


def identity_file(secret: str, recipient: str) -> str:
    """Return the file that opens the vault."""
    return _IDENTITY.substitute(secret=secret, recipient=recipient)
