"""What the README's figures come from, each beside its peer in one run: `make bench`."""
