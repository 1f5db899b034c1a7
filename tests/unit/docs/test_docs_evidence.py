"""What docs/evidence.md says of the script with which an auditor doubts a pack."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_the_docs_name_the_sha256_of_the_script_that_packs_carry() -> None:
    script = files("ccontrol.packing").joinpath("verify.sh").read_bytes()
    said = (DOCS / "evidence.md").read_text("utf-8")
    assert re.findall(r"\b[0-9a-f]{64}\b", said) == [hashlib.sha256(script).hexdigest()]
