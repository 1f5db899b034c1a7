"""What every page of ours stands in: a policy by which a browser lets nothing happen, and a style.

No script, nothing from outside.
"""

import base64
import hashlib

from ccontrol.pictures.style import PAGE


def framed(title: str, body: str) -> str:
    """Return a whole page; title and body are markup already, every word of others escaped."""
    digest = base64.b64encode(hashlib.sha256(PAGE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{PAGE}</style></head>\n<body>{body}</body></html>\n"
    )
