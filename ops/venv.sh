#!/bin/sh
# venv.sh FOLDER: a virtual environment with exactly what requirements.lock says, hashes checked.
# Interrupted anywhere, it can be repeated: the mark .ready is written last.
set -eu
folder=$1
python=${PYTHON3:-python3.11}
stop() { echo "newswatch: $1" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 || python=python3
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null ||
  stop "Python 3.11 is needed and was not found; install it, or say where it is: make up PYTHON3=/path/to/python3.11"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  stop "this Python cannot make virtual environments; install its venv package (Debian: apt-get install python3.11-venv)"

echo "• Python environment in $folder (once; about a minute)"
[ -x "$folder/bin/python" ] || "$python" -m venv --clear "$folder"

# uv installs the rest ten times faster than pip; its own lines of the lock are installed by pip, hashes checked. Compiled now,
# for a dozen processes import Airflow and may not be allowed to keep what they compile
awk '/^uv==/ { on = 1 } on { print } on && !/\\$/ { exit }' requirements.lock >"$folder/uv.lock"
quiet="$folder/install.log"
if "$folder/bin/python" -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r "$folder/uv.lock" \
     >"$quiet" 2>&1 &&
   "$folder/bin/uv" pip sync -q --compile-bytecode --python "$folder/bin/python" --require-hashes requirements.lock \
     >>"$quiet" 2>&1; then
  :
else
  "$folder/bin/python" -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.lock \
    >>"$quiet" 2>&1 ||
    { tail -3 "$quiet" >&2; stop "the packages could not be installed; is a package index in reach? Details: $quiet"; }
fi
# newswatch itself, from where it stands
site=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n%s\n' "$PWD/plugins" "$PWD" >"$site/newswatch.pth"
printf '#!/bin/sh\nexec "%s/bin/python" -m newswatch "$@"\n' "$PWD/$folder" >"$folder/bin/newswatch"
chmod 755 "$folder/bin/newswatch"
touch "$folder/.ready"
