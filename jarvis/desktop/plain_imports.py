"""Spares every later import of this process the look that PySide takes at its source.

PySide offers to write Qt's names in another way (`from __feature__ import snake_case`). To know which modules might, it
has Python look into each module that is imported after it. pydantic's do not survive being looked into while they are
imported, and Python keeps the sources that it reads: 9 to 15 MiB by the time that Jarvis listens. Jarvis writes Qt's
names as they are. Knows nothing of windows.
"""

from __future__ import annotations

import linecache
import sys
from typing import Any

from PySide6 import QtCore  # noqa: F401 - with it comes the look at imports


def leave_imports_alone() -> bool:
    """Have PySide take every module for one that writes Qt's names as they are; True where it could be told so.

    The name is PySide's own and no promise: where it is gone, what uses pydantic has to be imported ahead of Qt.
    """
    feature: Any = sys.modules.get("shibokensupport.feature")
    if feature is None or not hasattr(feature, "_mod_uses_pyside"):
        return False
    feature._mod_uses_pyside = _never
    linecache.clearcache()
    return True


def _never(_module: object) -> bool:
    return False
