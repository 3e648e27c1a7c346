#!/usr/bin/env bash
# Show folders to every user, in a mount namespace of one's own; to be sourced.

# hold STAGE PATH: keep a folder at hand, whatever is mounted over it.
hold() {
    mkdir -p "$1$2"
    mount --rbind "$2" "$1$2"
}

# show STAGE PATH: put a folder that is held where it was, by a way that others may pass.
show() {
    local folder
    folder=$(closed "$(dirname "$2")")
    if [ -n "$folder" ]; then mount -t tmpfs -o mode=755 tmpfs "$folder"; fi
    if [ ! -e "$2" ]; then
        mkdir -p "$2"
        mount --rbind "$1$2" "$2"
    fi
}

# closed FOLDER: print the first folder on the way to it that others may not pass.
closed() {
    if [ "$1" = / ]; then return; fi
    local above
    above=$(closed "$(dirname "$1")")
    if [ -n "$above" ]; then
        echo "$above"
    elif [ -d "$1" ] && (((8#$(stat --format %a "$1") & 1) == 0)); then
        echo "$1"
    fi
}
