"""Which reader a file goes to, by the end of its name; the reader looks at the content itself.

Readers are named, so that knowing a file's kind loads none of them.
"""

from __future__ import annotations

from pathlib import PurePath

READERS_VERSION = "1"
"""Grows when readers find more or cut otherwise: files are then read again."""

_CODE = (
    "py pyi js jsx mjs cjs ts tsx java kt kts c h cc cpp cxx hpp hh cs go rs rb php pl pm lua r jl swift scala sh bash "
    "zsh fish ps1 bat sql css scss less vue svelte dart ex exs erl hs ml clj lisp el vim asm s f90 f95 m mm groovy "
    "gradle cmake proto graphql tf nix zig json jsonl yaml yml toml ini cfg conf properties xml xsd plist"
)
_READERS: dict[str, str] = {
    **dict.fromkeys(("md", "markdown", "mdown", "mkd", "qmd", "rmd"), "markdown"),
    **dict.fromkeys(("txt", "text", "log", "rst", "org", "adoc", "tex", "srt", "vtt", "diff", "patch"), "text"),
    **dict.fromkeys(("html", "htm", "xhtml", "shtml"), "html"),
    **dict.fromkeys(("csv", "tsv", "tab"), "table"),
    **dict.fromkeys(("mbox", "mbx"), "mailbox"),
    **dict.fromkeys(_CODE.split(), "code"),
    "pdf": "pdf",
    "docx": "docx",
    "docm": "docx",
    "odt": "odt",
    "epub": "epub",
    "eml": "letter",
    "ipynb": "notebook",
}
_NAMES = {
    **dict.fromkeys(("readme", "license", "licence", "changelog", "authors", "notes", "todo", "copying"), "text"),
    **dict.fromkeys(("makefile", "dockerfile", "jenkinsfile", "vagrantfile", "rakefile", "gemfile"), "code"),
}


def reader_of(name: str) -> str | None:
    """Return the name of the reader for a file called `name`, None for a kind that none reads."""
    suffix = suffix_of(name)
    return _READERS.get(suffix[1:]) if suffix else _NAMES.get(PurePath(name).name.lower())


def suffix_of(name: str) -> str:
    """Return the end of a file's name in small letters with its dot, empty for none."""
    return PurePath(name).suffix.lower()
