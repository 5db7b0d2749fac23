#!/bin/sh
# Installs the locked requirements and this checkout into .venv: `sh deploy/install.sh run|test`, from the root.
# Does nothing when nothing changed, so that a second start needs neither time nor network.
# Called by the Makefile. PYTHON names the interpreter; pip's own settings (mirrors, proxies) apply as usual.
set -eu

purpose=$1
venv=.venv
if [ "$purpose" = test ]; then lock=requirements-test.lock; else lock=requirements.lock; fi

# say SPANISH ENGLISH: one line to standard error in the language of the user's locale.
say() {
    case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
        "" | C | C.* | POSIX) language=en ;;
        *) language=${LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-$LANG}}} ;;
    esac
    case "$language" in
        es*) printf '%s\n' "$1" >&2 ;;
        *) printf '%s\n' "$2" >&2 ;;
    esac
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# The interpreter that makes the environment: PYTHON as given, else python3, else the first newer one found.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" && { printf '%s\n' "$PYTHON"; return 0; }
        say "PYTHON=$PYTHON no es Python 3.11 o posterior." "PYTHON=$PYTHON is not Python 3.11 or newer."
        return 1
    fi
    for candidate in python3 python3.11 python3.12 python3.13 python3.14 python3.15; do
        new_enough "$candidate" && { printf '%s\n' "$candidate"; return 0; }
    done
    found=$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null) || found=
    say "Se necesita Python 3.11 o posterior (python3: ${found:-no hay}); en Debian o Ubuntu: apt install python3.11 python3.11-venv" \
        "Python 3.11 or newer is needed (python3: ${found:-none}); on Debian or Ubuntu: apt install python3.11 python3.11-venv"
    return 1
}

make_environment() {
    python=$(find_python) || exit 4
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        [ "$python" != python3 ] || package=python3-venv
        say "A este Python le falta el módulo venv; en Debian o Ubuntu: apt install $package" \
            "This Python lacks the venv module; on Debian or Ubuntu: apt install $package"
        exit 4
    fi
    say "Se prepara .venv con $("$python" --version)" "Preparing .venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
}

# What the environment was made from: any change of it means installing again. The folder counts because
# an environment holds absolute paths and does not survive a move.
fingerprint() {
    "$venv/bin/python" -c 'import sys; print(sys.version)'
    pwd
    cksum pyproject.toml "$1"
}

# Whether the environment is of the Python that PYTHON asks for (any will do when it asks for none).
chosen_python() {
    [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" -c 'import sys; print(sys.version)')" = \
        "$("$venv/bin/python" -c 'import sys; print(sys.version)')" ]
}

installed() {
    chosen_python && [ -s "$venv/installed-$1" ] && [ "$(fingerprint "$2" 2>/dev/null)" = "$(cat "$venv/installed-$1")" ]
}

# One installation at a time (`make run` and `make test` in two windows); the Makefile is only what is locked.
exec 9<Makefile
if command -v flock >/dev/null 2>&1; then flock 9 || true; fi # some network file systems have no locks

installed "$purpose" "$lock" && exit 0
if [ "$purpose" = run ] && installed test requirements-test.lock; then
    exit 0 # the requirements of the tests contain those of the program
fi
if ! new_enough "$venv/bin/python" || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    make_environment
elif ! chosen_python; then
    make_environment
fi

rm -f "$venv/installed-run" "$venv/installed-test"
say "Se instalan las dependencias de $lock" "Installing the requirements of $lock"
quiet=
[ -t 1 ] || quiet=--quiet
export PIP_USER=0 # a user's `pip --user` habit has no meaning inside an environment
"$venv/bin/python" -m pip install --disable-pip-version-check $quiet --require-hashes --requirement "$lock" || {
    say "No se pudieron instalar las dependencias: revise la conexión o el índice de paquetes configurado en pip." \
        "The requirements could not be installed: check the network or the package index set for pip."
    exit 4
}
"$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-build-isolation --no-deps --editable .
made_from=$(fingerprint "$lock")
printf '%s\n' "$made_from" >"$venv/installed-$purpose"
