"""What install_upgrade.sh starts once a fitting Python was found."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from installer.command import main

    sys.exit(main(sys.argv[1:]))
