#!/bin/sh
# Secrets are given to a container as files named like settings: each becomes the variable of its
# name, for the program alone that is started here.
set -eu
for file in /run/secrets/*; do
    [ -e "$file" ] || continue # there are none
    name=$(basename "$file")
    if ! [ -r "$file" ]; then
        echo "The secret $name is not readable by user $(id -u): make its file so (chmod 644)." >&2
        exit 1
    fi
    export "$name=$(cat "$file")"
done
exec "$@"
