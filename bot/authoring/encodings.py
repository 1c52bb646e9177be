"""Decodes files that authors saved: in UTF-8, UTF-16 or CP949, which holds EUC-KR."""

import re
import unicodedata
from pathlib import Path
from typing import Final

from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import read_bytes

_OTHER_FORMATS: Final = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a Word, OpenDocument or other zipped file",
    b"\xd0\xcf\x11\xe0": "an older Word or Hangul (HWP) file",
    b"{\\rtf": "an RTF file",
}
HOW_TO_SAVE: Final = "save the article as plain text in UTF-8, or as HTML"
CP949: Final = "CP949"
_UTF16: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PLAUSIBLE: Final = 0.97
"""Share of a text's characters that Korean and English writing uses, below which it was read in a wrong encoding."""
_USUAL: Final = re.compile(
    r"[\t\n\r\x20-\x7e\xa0가-힣ㄱ-ㅣ一-鿿①-⑳·…‘’“”「」『』《》〈〉【】―—–ⓒ©℃％＇＂、。～→▶◆■□●○△▲▼☎※★☆]"
)


def read_source(path: Path) -> tuple[str, str]:
    """Return the text of a file in NFC, and its encoding where that is not UTF-8.

    UTF-8, UTF-16 and CP949 (which holds EUC-KR) are read. Raises KnowledgeError for anything else.
    """
    data = read_bytes(path, str(path))
    if isinstance(data, Problem):
        raise KnowledgeError((data,))
    for magic, kind in _OTHER_FORMATS.items():
        if data.startswith(magic):
            raise KnowledgeError((Problem(str(path), 0, "", f"is {kind}: {HOW_TO_SAVE}"),))
    text, encoding = decoded(data)
    if text is None:
        bad = _first_bad_line(data)
        what = f"is not UTF-8, UTF-16 or CP949: {HOW_TO_SAVE}"
        raise KnowledgeError((Problem(str(path), bad, "", what),))
    return text, encoding


def decoded(data: bytes) -> tuple[str | None, str]:
    """Return bytes as text in NFC, with the name of their encoding, empty for UTF-8; None when no encoding fits."""
    candidates = [encoding for mark, encoding in _UTF16 if data.startswith(mark)]
    if not candidates:
        candidates = ["utf-8-sig", *(["utf-16-le", "utf-16-be"] if len(data) % 2 == 0 else []), "cp949"]
        if b"\x00" in data:
            candidates.remove("utf-8-sig")
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        is_plausible = len(_USUAL.findall(text)) >= _PLAUSIBLE * len(text) and "\x00" not in text
        if encoding in {"utf-8-sig", "utf-16"} or is_plausible:
            return unicodedata.normalize("NFC", text), {"utf-8-sig": "", "cp949": CP949}.get(encoding, "UTF-16")
    return None, ""


def _first_bad_line(data: bytes) -> int:
    """Return the first line that is not UTF-8; 0 when all are."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 0
