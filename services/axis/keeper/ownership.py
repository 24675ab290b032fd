"""Whose the shared folders are: handed to the API's user, which the keeper then becomes itself.

A volume in memory belongs to root when an instance starts, and the API does not run as root. So the keeper
starts as root, for this alone, and is nobody special before it reads a setting's file or opens a port.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def hand_over(folders: Iterable[Path], owner: int) -> None:
    """Gives `folders` to `owner`, user and group in one, and goes on as that user, for good.

    Raises:
        OSError: this process is not root, or a folder can't be given away.
    """
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, owner, owner)
    os.setgroups([])
    os.setgid(owner)
    os.setuid(owner)
