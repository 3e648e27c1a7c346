#!/usr/bin/env bash
# Run a command as if on another machine; root only, and nothing of it stays.
#
#   tests/machine.sh uid COMMAND…    no bubblewrap; Python open to all, the kit's secrets closed
#   tests/machine.sh user COMMAND…   bubblewrap, and an ordinary user
set -euo pipefail

if [ "${IN_MACHINE:-}" != yes ]; then
    stage=$(mktemp -d --tmpdir=/var/tmp)
    trap 'rm -rf "$stage"' EXIT
    IN_MACHINE=yes STAGE=$stage unshare --mount "$0" "$@"
    exit
fi
machine=$1
shift

root=$(cd "$(dirname "$0")/.." && pwd)
venv=$root/.venv
base=$("$venv/bin/python" -c 'import sys; print(sys.base_prefix)')

mkdir -p "$STAGE"/{base,venv,solutions,hidden}
mount --bind "$base" "$STAGE/base"
mount --bind "$venv" "$STAGE/venv"
if [ "$machine" = uid ]; then
    for folder in solutions tests/hidden; do
        copy=$STAGE/$(basename "$folder")
        cp -r "$root/$folder/." "$copy"
        chmod -R go-rwx "$copy"
        mount --bind "$copy" "$root/$folder"
    done
    if bwrap=$(command -v bwrap); then mount --bind /dev/null "$bwrap"; fi
fi
# Under a home folder that others may not pass, Python is shown to them all the same.
case $base in /root/*)
    mount -t tmpfs -o mode=755 tmpfs /root
    mkdir -p "$base"
    mount --bind "$STAGE/base" "$base"
    ;;
esac
case $venv in /root/*) mkdir -p "$venv" && mount --bind "$STAGE/venv" "$venv" ;; esac

# With OWN_TMP, what a submission leaves in /tmp goes with the machine.
if [ -n "${OWN_TMP:-}" ]; then mount -t tmpfs -o mode=1777,size=1g tmpfs /tmp; fi

if [ "$machine" = user ]; then
    export HOME=/tmp USER=ordinary
    exec setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs "$@"
fi
exec "$@"
