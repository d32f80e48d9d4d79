"""The program itself, as `wattlens` or `python -m wattlens`."""

import os
import sys

from ._binary import BinaryNotFound, binary


def main() -> None:
    try:
        program = binary()
    except BinaryNotFound as error:
        sys.exit(f"wattlens: {error}")
    os.execv(program, ["wattlens", *sys.argv[1:]])


if __name__ == "__main__":
    main()
