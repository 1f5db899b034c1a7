"""Archives for tests."""

import io
import zipfile


def packed(*members: tuple[str, bytes | str]) -> bytes:
    """Return a ZIP archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, compress_type=8)
    return stream.getvalue()
