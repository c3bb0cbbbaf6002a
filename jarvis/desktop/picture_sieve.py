"""Takes the pictures that stand in a Markdown text itself, as `data:` addresses, out of it while it arrives.

In a picture's place one character of Unicode's private use stays: megabytes of Base64 are neither parsed nor laid out.
What stands in fenced code is left as it is. Knows no Qt and decodes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

MOST_BASE64 = 4_000_000
"""Characters of one picture; a longer one is not kept."""
MOST_PICTURES = 20
"""Pictures of one text that are kept."""
SHOWN_BASE64 = 2_000
"""Characters shown of a picture's Base64 where it stands among words after all, as between backquotes."""

_NONE = 0x10F000
_ANY = re.compile(f"[{chr(_NONE)}-{chr(_NONE + MOST_PICTURES)}]")
_BEGIN = re.compile(r"data:image/(?P<form>png|jpeg|gif|webp);base64,")
_LONGEST_BEGIN = len("data:image/jpeg;base64,")
_ANY_BEGIN = "data:image/"
_BASE64 = re.compile(r"[A-Za-z0-9+/=]*")
_FENCE = re.compile(r"^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(?P<mark>`{3,}|~{3,})(?P<rest>[^\n]*)")
_MARKS = ("```", "~~~")
_DESTINATION = re.compile(r"\]\((?P<bracket><?)\Z")
_KEPT = _LONGEST_BEGIN - 1 + len("](<")
_HEAD = 120
_LONGEST_QUOTED = len(quote(chr(_NONE)))


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedPicture:
    """A picture as it was written; `form` is png, jpeg, gif or webp."""

    form: str
    base64: str


class PictureSieve:
    """The text comes in pieces and goes out without its pictures, which `picture` gives."""

    def __init__(self) -> None:
        self._pictures: list[EncodedPicture] = []
        self._form = self._cut_off_end = ""
        self._any = False
        self._parts: list[str] | None = None
        self._size = 0
        self._head = self._last = self._fence = ""

    @property
    def any(self) -> bool:
        """True once something was taken out: until then `restored` changes nothing."""
        return self._any

    def feed(self, text: str) -> str:
        """Return what of `text` is to be read as Markdown now."""
        if not text.isascii() and _ANY.search(text):
            text = _ANY.sub("\ufffd", text)
        ahead = _Ahead(text)
        out: list[str] = []
        at = 0
        while at < len(text):
            if self._parts is not None:
                end = _end(_BASE64.match(text, at))
                self._keep(text, at, end)
                if end < len(text):
                    out.append(self._close())
            else:
                end = self._plain_lines(ahead, at) or self._pass(ahead, at)
                out.append(text[at:end])
            at = end
        return "".join(out)

    def finish(self) -> str:
        """Return what is left: a picture that was cut off is none, and what only begins like one is words."""
        if self._parts is None:
            return ""
        if self._cut_off_end:
            self._parts = None
            self._any = True
            return chr(_NONE) + self._cut_off_end
        if not self._size:
            self._parts = None
            return ""
        return self._close()

    def picture(self, address: str) -> EncodedPicture | None:
        """Return what stands at a `data:` address that went out, None where nothing was kept of it."""
        found = _ANY.search(unquote(address[: _LONGEST_BEGIN + _LONGEST_QUOTED]))
        at = ord(found[0]) - _NONE - 1 if found else -1
        return self._pictures[at] if 0 <= at < len(self._pictures) else None

    def restored(self, text: str) -> str:
        """Return words that went out as they came in, with at most `SHOWN_BASE64` characters of each picture."""
        return _ANY.sub(self._written, text) if self._any else text

    def _written(self, found: re.Match[str]) -> str:
        picture = self.picture(found[0])
        if picture is None:
            return "…"
        return picture.base64[:SHOWN_BASE64] + ("…" if len(picture.base64) > SHOWN_BASE64 else "")

    def _plain_lines(self, ahead: _Ahead, at: int) -> int:
        """Let whole lines through in which nothing can begin or end, and return where they end; 0 for none."""
        if self._head:
            return 0
        stop = min(ahead.find(mark, at) for mark in _MARKS)
        if not self._fence:
            stop = min(stop, ahead.find(_ANY_BEGIN, at))
        return ahead.text.rfind("\n", at, stop) + 1

    def _pass(self, ahead: _Ahead, at: int) -> int:
        """Let words through up to the end of their line or the beginning of a picture, and return where that is."""
        text = ahead.text
        end = min(ahead.find("\n", at) + 1, len(text))
        found = None
        if not self._fence:
            if self._last:
                # A picture, or what stands right before it, may begin in the piece before.
                found = self._begin(self._last + text[at : min(end, at + _KEPT)], at - len(self._last))
            if found is None and (not self._last or end - at > _KEPT):
                found = self._begin(text, 0, at, end)
        end = end if found is None else found
        self._head += text[at : min(end, at + _HEAD - len(self._head))] if len(self._head) < _HEAD else ""
        if found is not None:
            self._last = ""
        elif text[end - 1] == "\n":
            self._end_line()
        else:
            self._last = (self._last + text[max(at, end - _KEPT) : end])[-_KEPT:]
        return end

    def _begin(self, text: str, shift: int, at: int = 0, end: int | None = None) -> int | None:
        """Begin the first picture that begins in a part of `text`, and return where, moved by `shift`."""
        found = _BEGIN.search(text, at, len(text) if end is None else end)
        if found is None:
            return None
        before = _DESTINATION.search(text, max(at, found.start() - len("](<")), found.start())
        self._cut_off_end = "" if before is None else ">)" if before["bracket"] else ")"
        self._form, self._parts, self._size = found["form"], [], 0
        return shift + found.end()

    def _end_line(self) -> None:
        found = _FENCE.match(self._head)
        self._head = self._last = ""
        if found is None:
            return
        mark, rest = found["mark"], found["rest"]
        if not self._fence:
            self._fence = mark if mark[0] == "~" or "`" not in rest else ""
        elif mark[0] == self._fence[0] and len(mark) >= len(self._fence) and not rest.strip():
            self._fence = ""

    def _keep(self, text: str, at: int, end: int) -> None:
        assert self._parts is not None
        self._size += end - at
        if self._size <= MOST_BASE64:
            self._parts.append(text[at:end])
        else:
            self._parts.clear()

    def _close(self) -> str:
        assert self._parts is not None
        parts, self._parts = self._parts, None
        self._any = True
        if self._size > MOST_BASE64 or len(self._pictures) >= MOST_PICTURES:
            return chr(_NONE)
        self._pictures.append(EncodedPicture(form=self._form, base64="".join(parts)))
        return chr(_NONE + len(self._pictures))


class _Ahead:
    """Finds what comes next in a text that is read from its front to its end, and reads nothing twice for it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[str, int] = {}

    def find(self, what: str, at: int) -> int:
        """Return where `what` begins next from `at` on, which never goes back; the length of the text for nowhere."""
        found = self._found.get(what, -1)
        if found < at:
            found = self.text.find(what, at)
            self._found[what] = found = found if found >= 0 else len(self.text)
        return found


def _end(found: re.Match[str] | None) -> int:
    assert found is not None
    return found.end()
