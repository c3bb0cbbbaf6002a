#!/usr/bin/env bash
# Sets Jarvis up and starts it: ./install_upgrade.sh run | test | install | doctor
# Finds a fitting Python; everything else is in installer/, which needs nothing but that Python.
set -u

JARVIS_INSTALL_BEGAN=${EPOCHREALTIME:-$(date +%s)}
export JARVIS_INSTALL_BEGAN
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P) || exit 1

fits() { # PYTHON CODE: does this Python exist, fit, and run CODE?
    "$1" -c "import sys
sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
" >/dev/null 2>&1 && "$1" -c "$2" >/dev/null 2>&1
}

candidates=("${JARVIS_PYTHON:-python3}" python3 python3.13 python3.12 python3.11 python)
for version in 13 12 11; do
    for folder in "${HOME:-}"/.pyenv/versions/3."$version".*/bin /opt/homebrew/bin /usr/local/bin; do
        [ -x "$folder/python3.$version" ] && candidates+=("$folder/python3.$version")
    done
done

python=
for code in "import ensurepip, venv" "import json"; do # a Python that can make environments first, any other second
    for candidate in "${candidates[@]}"; do
        if fits "$candidate" "$code"; then
            python=$candidate
            break 2
        fi
    done
done

if [ -z "$python" ]; then
    if command -v apt-get >/dev/null; then line="sudo apt-get install python3 python3-venv"
    elif command -v dnf >/dev/null; then line="sudo dnf install python3.13"
    elif command -v pacman >/dev/null; then line="sudo pacman -S python"
    elif command -v brew >/dev/null; then line="brew install python@3.13"
    else line="https://www.python.org/downloads/"; fi
    case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
        es*) echo "Jarvis necesita Python 3.11, 3.12 o 3.13 y aquí no hay ninguno; no se ha cambiado nada. Instálalo y repite: $line" >&2 ;;
        *) echo "Jarvis needs Python 3.11, 3.12 or 3.13 and there is none here; nothing was changed. Install it, then repeat: $line" >&2 ;;
    esac
    exit 1
fi

exec "$python" "$root/installer" "$@"
