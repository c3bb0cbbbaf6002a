"""Reads the default microphone until it fails, says so, and ends by itself; for pulling the plug."""

import sys

from jarvis.audio.devices import SoundDeviceMicrophone
from jarvis.contracts.errors import DeviceError


def main() -> None:
    try:
        for number, _ in enumerate(SoundDeviceMicrophone().chunks()):
            if number == 0:
                sys.stdout.write("hearing\n")
                sys.stdout.flush()
    except DeviceError as error:
        sys.stdout.write(f"{error.code}\n")


if __name__ == "__main__":
    main()
