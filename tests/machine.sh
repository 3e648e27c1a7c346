#!/usr/bin/env bash
# Run a command as if on another machine; root only, and nothing of it stays.
#
#   tests/machine.sh uid COMMAND…    no bubblewrap; Python open to all, the kit's secrets closed
#   tests/machine.sh user COMMAND…   bubblewrap, and an ordinary user
set -euo pipefail

if [ "${IN_MACHINE:-}" != yes ]; then
    STAGE=$(mktemp -d --tmpdir=/var/tmp)
    export STAGE
    trap 'rm -rf "$STAGE"' EXIT
    IN_MACHINE=yes unshare --mount "$0" "$@"
    exit
fi
machine=$1
shift

root=$(cd "$(dirname "$0")/.." && pwd)
base=$("$root/.venv/bin/python" -c 'import sys; print(sys.base_prefix)')

. "$root/tests/mounts.sh"
hold "$STAGE" "$base"
hold "$STAGE" "$root"
# With OWN_TMP, what a submission leaves in /tmp goes with the machine.
if [ -n "${OWN_TMP:-}" ]; then mount -t tmpfs -o mode=1777,size=1g tmpfs /tmp; fi
# Under a folder that others may not pass, Python and the kit are shown to them all the same.
show "$STAGE" "$base"
show "$STAGE" "$root"
cd "$PWD"

if [ "$machine" = uid ]; then
    for folder in solutions tests/hidden; do
        copy=$STAGE/closed/$(basename "$folder")
        mkdir -p "$copy"
        cp -r "$root/$folder/." "$copy"
        chmod -R go-rwx "$copy"
        mount --bind "$copy" "$root/$folder"
    done
    if bwrap=$(command -v bwrap); then mount --bind /dev/null "$bwrap"; fi
fi

if [ "$machine" = user ]; then
    export HOME=/tmp USER=ordinary
    exec setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs "$@"
fi
exec "$@"
