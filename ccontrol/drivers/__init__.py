"""One folder per family of controllers, and `api.py`, the contract that each of them fulfils."""
